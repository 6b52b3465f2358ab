import { Command } from 'commander';
import { type Connection, connect } from '../../connection.ts';
import { UsageError } from '../../exit-code.ts';
import { ownCommand } from '../../messages/own-command.ts';
import { projectName } from '../../project/project-name.ts';
import { type StackPlace, stackPlace } from '../../stack/stack-name.ts';
import { isStack, type TargetOptions, withProjectArgument, withTarget } from '../../target.ts';
import { printable, table } from '../../text/printable.ts';
import { readInfrastructure, resourceAddresses } from '../show.ts';
import { snapshotCommand, snapshotsCommand } from './snapshots.ts';
import { diffCommand, pullCommand, restoreCommand, versionsCommand } from './versions.ts';

export function stateCommand(): Command {
  return new Command('state')
    .addCommand(showCommand())
    .addCommand(listCommand())
    .addCommand(versionsCommand())
    .addCommand(diffCommand())
    .addCommand(pullCommand())
    .addCommand(restoreCommand())
    .addCommand(snapshotsCommand())
    .addCommand(snapshotCommand())
    .addCommand(locksCommand());
}

function showCommand(): Command {
  return withProjectArgument(new Command('show'))
    .description('print the state as JSON; that of a project needs an admin')
    .action(async (_project: unknown, options: TargetOptions, command: Command) => {
      const { client, json } = connect(command);
      const answer = isStack(options)
        ? await client.stackState({ params: await stackPlace(options) })
        : (await client.state({ params: { projectId: projectName(options.project) } })).state;
      console.log(JSON.stringify(answer, null, json ? 0 : 2));
    });
}

function listCommand(): Command {
  return withProjectArgument(new Command('list'))
    .description('list resources of a project, or components of a stack')
    .action(async (_project: unknown, options: TargetOptions, command: Command) => {
      const { client, json } = connect(command);
      if (isStack(options)) {
        const { components } = await client.stackEnvironment({ params: await stackPlace(options) });
        const ids = components.map(({ component }) => component);
        return console.log(json ? JSON.stringify({ components: ids }) : ids.join('\n'));
      }
      const { terraformState } = await readInfrastructure(client, projectName(options.project));
      const resources = await resourceAddresses(terraformState);
      console.log(json ? JSON.stringify({ resources }) : resources.join('\n'));
    });
}

function locksCommand(): Command {
  return withTarget(new Command('locks'))
    .description('who holds a stack, and who waits for it')
    .action(async (options: TargetOptions, command: Command) => {
      await printLocks(connect(command), await stackPlace(options));
    });
}

async function printLocks({ client, json }: Connection, params: StackPlace): Promise<void> {
  const answer = await client.stackLocks({ params });
  if (json) return console.log(JSON.stringify(answer));
  const rows = answer.locks.map(({ key, pipelineId, holder, acquiredAt, heartbeatAt, waiting }) => [
    key,
    pipelineId,
    holder,
    acquiredAt,
    heartbeatAt,
    waiting.join(', '),
  ]);
  const head = ['LOCK', 'PIPELINE', 'HOLDER', 'SINCE', 'HEARTBEAT', 'WAITING'];
  console.log(rows.length > 0 ? printable(table([head, ...rows])) : 'no locks');
}

type UnlockOptions = TargetOptions & { force?: boolean };

export function unlockCommand(): Command {
  return withTarget(new Command('unlock'))
    .argument('<pipeline>', 'the pipeline that holds the stack, from state locks')
    .option('--force', 'required, because what the pipeline does is cut short')
    .action(async (pipelineId: string, options: UnlockOptions, command: Command) => {
      const { client, json } = connect(command);
      const params = await stackPlace(options);
      if (!options.force)
        throw new UsageError(
          `unlocking ${params.stack}: see who holds it with ${ownCommand('state locks')}, then add --force`,
        );
      const answer = await client.unlockStack({ params, body: { pipelineId, force: true } });
      console.log(json ? JSON.stringify(answer) : answer.message);
    });
}
