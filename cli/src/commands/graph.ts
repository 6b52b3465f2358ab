import { type GraphFormat, graphFormats } from '@deployment-engine/contracts';
import { Command, Option } from 'commander';
import { connect } from '../connection.ts';
import { exitCodes } from '../exit-code.ts';
import { problemLine, readStackRequest, type StackOptions, withStackOptions } from '../stack/request.ts';

type GraphOptions = StackOptions & { environment: string; format: GraphFormat };

export function graphCommand(): Command {
  return withStackOptions(new Command('graph'))
    .requiredOption('--environment <name>', 'the environment')
    .addOption(new Option('--format <format>', 'how to draw it').choices(graphFormats).default('text'))
    .action(async (folder: string, options: GraphOptions, command: Command) => {
      const { client, json } = connect(command);
      const { params, repository } = await readStackRequest(folder, options);
      const { environment } = options;
      const format = json ? 'json' : options.format;
      const answer = await client.drawStackGraph({ params, body: { ...repository, environment, format } });
      if (answer.drawing !== null) return void process.stdout.write(answer.drawing);
      console.error([...answer.errors.map(problemLine), answer.message].join('\n'));
      process.exitCode = exitCodes.failed;
    });
}
