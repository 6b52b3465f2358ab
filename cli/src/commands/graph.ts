import { type GraphFormat, graphFormats } from '@deployment-engine/contracts';
import { Command, Option } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { exitCodes } from '../exit-code.ts';
import { projectName } from '../project/project-name.ts';
import { problemLine, readStackRequest, type StackOptions, withStackOptions } from '../stack/request.ts';
import { requireEnvironment } from '../stack/stack-name.ts';
import { isStack } from '../target.ts';
import { graphForms, graphOfState } from '../text/state-graph.ts';
import { readInfrastructure } from './show.ts';

type GraphOptions = StackOptions & { project?: string; environment?: string; format: GraphFormat };

export function graphCommand(): Command {
  return withStackOptions(new Command('graph'))
    .option('--environment <name>', "the stack's environment; without it a project is drawn")
    .option('--project <id>', "the project; else DEPLOYER_PROJECT, deployer.yaml, or the folder's name")
    .addOption(new Option('--format <format>', 'how to draw it').choices(graphFormats).default('text'))
    .action(async (folder: string, options: GraphOptions, command: Command) => {
      const connection = connect(command);
      const format = connection.json ? 'json' : options.format;
      if (isStack(options)) return drawStack(connection, folder, { ...options, format });
      await drawProject(connection, projectName(options.project, folder), format);
    });
}

async function drawProject({ client }: Connection, projectId: string, format: GraphFormat): Promise<void> {
  const { terraformState } = await readInfrastructure(client, projectId);
  const graph = graphOfState(terraformState);
  process.stdout.write(format === 'json' ? `${JSON.stringify(graph)}\n` : graphForms[format](graph));
}

async function drawStack({ client }: Connection, folder: string, options: GraphOptions): Promise<void> {
  const { format } = options;
  const environment = requireEnvironment(options.environment);
  const { params, repository } = await readStackRequest(folder, options);
  const answer = await client.drawStackGraph({ params, body: { ...repository, environment, format } });
  if (answer.drawing !== null) return void process.stdout.write(answer.drawing);
  console.error([...answer.errors.map(problemLine), answer.message].join('\n'));
  process.exitCode = exitCodes.failed;
}
