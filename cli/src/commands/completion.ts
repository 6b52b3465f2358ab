import { Argument, Command } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { placesOf } from '../completion/tree.ts';
import { zshScript } from '../completion/zsh.ts';
import { isJson } from '../connection.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
type Shell = keyof typeof scripts;

export function completionCommand(): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(scripts)))
    .action((shell: Shell, _options: unknown, command: Command) => {
      const script = scripts[shell](placesOf(programOf(command)));
      process.stdout.write(isJson(command) ? `${JSON.stringify({ shell, script })}\n` : script);
    });
}

function programOf(command: Command): Command {
  return command.parent ? programOf(command.parent) : command;
}
