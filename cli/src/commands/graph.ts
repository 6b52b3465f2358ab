import { graphFormats, type StackGraph } from '@deployment-engine/contracts';
import { Command, Option } from 'commander';
import { connect } from '../connection.ts';
import { askAboutStack, problemLine, type StackOptions, withStackOptions } from '../stack-request.ts';

type GraphOptions = StackOptions & { json?: boolean; format?: string };

export function graphCommand(): Command {
  return withStackOptions(new Command('graph'))
    .description('draw the components of a stack and what each needs')
    .requiredOption('--environment <name>', 'the environment')
    .addOption(new Option('--format <format>', 'how to draw it').choices(graphFormats).default('text'))
    .action(async (folder: string, { json: _, ...options }: GraphOptions, command: Command) => {
      const connection = connect(command);
      const format = connection.json ? 'json' : options.format;
      const answer = await askAboutStack<StackGraph>(connection, 'graph', folder, { ...options, format });
      if (answer.drawing !== null) return void process.stdout.write(answer.drawing);
      console.error([...answer.errors.map(problemLine), answer.message].join('\n'));
      process.exitCode = 1;
    });
}
