import { Command } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { CliError, UsageError } from '../exit-code.ts';
import { hasCommand, isGitHubActions } from '../github/workflow-commands.ts';
import { projectName } from '../project/project-name.ts';
import { readStackOutputs } from '../stack/show.ts';
import { isStack, type TargetOptions, withTarget } from '../target.ts';
import { outputsText } from '../text/outputs-text.ts';

type OutputOptions = TargetOptions & { raw?: boolean; sensitive?: boolean };

export function outputsCommand(): Command {
  return withTarget(new Command('outputs'))
    .argument('[name]', 'only this output')
    .option('--raw', 'print a text, number or boolean as it is, without quotes and line end; needs a name')
    .option('--sensitive', 'project: show sensitive values; needs the role deployer')
    .action(async (name: string | undefined, options: OutputOptions, command: Command) => {
      if (options.raw && name === undefined) throw new UsageError('--raw: name the output');
      const connection = connect(command);
      const outputs = await readOutputs(connection, options);
      if (name === undefined)
        return console.log(connection.json ? JSON.stringify(outputs) : outputsText(outputs) || 'no outputs');
      printOne(name, outputs, options.raw ?? false);
    });
}

async function readOutputs({ client }: Connection, options: OutputOptions): Promise<Record<string, unknown>> {
  if (isStack(options)) return readStackOutputs(client, options);
  const params = { projectId: projectName(options.project) };
  const query = options.sensitive ? { sensitive: true } : {};
  return (await client.outputs({ params, query })).outputs;
}

function printOne(name: string, outputs: Record<string, unknown>, raw: boolean): void {
  if (!Object.hasOwn(outputs, name)) {
    const known = Object.keys(outputs);
    const hint = known.length > 0 ? `it has ${known.join(', ')}` : 'it has none';
    throw new CliError(`there is no output ${name}; ${hint}`);
  }
  const value = outputs[name];
  if (!raw) return void console.log(JSON.stringify(value, null, 2));
  if (typeof value === 'object' && value !== null)
    throw new CliError(`output ${name} is a list or object; leave out --raw`);
  if (isGitHubActions() && hasCommand(String(value)))
    throw new CliError(
      `output ${name} has a text that GitHub Actions executes as a command; read it without --raw, as JSON`,
    );
  process.stdout.write(String(value));
}
