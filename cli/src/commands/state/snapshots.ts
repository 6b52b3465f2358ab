import { Command } from 'commander';
import { type Connection, connect } from '../../connection.ts';
import { stackPlace } from '../../stack/stack-name.ts';
import { scopeOf } from '../../stack/start.ts';
import { type TargetOptions, withTarget } from '../../target.ts';
import { printable, table } from '../../text/printable.ts';

export function snapshotsCommand(): Command {
  return withTarget(new Command('snapshots'))
    .description('list the newest snapshots of the states of a stack; every completed pipeline makes one')
    .action(async (options: TargetOptions, command: Command) => {
      const { client, json } = connect(command);
      const answer = await client.stackSnapshots({ params: await stackPlace(options), query: { limit: 50 } });
      if (json) return console.log(JSON.stringify(answer));
      const rows = answer.snapshots.map((snapshot) => [
        snapshot.snapshotId,
        snapshot.createdAt,
        snapshot.pipelineId ?? '-',
        `${snapshot.components.filter(({ kept }) => kept).length} of ${snapshot.components.length}`,
        snapshot.message ?? '',
      ]);
      const head = ['SNAPSHOT', 'CREATED', 'PIPELINE', 'STATES KEPT', ''];
      console.log(rows.length > 0 ? printable(table([head, ...rows])) : 'no snapshots');
    });
}

export function snapshotCommand(): Command {
  return withTarget(new Command('snapshot'))
    .description('note the state versions of all components of a stack')
    .option('--message <text>', 'shown with the snapshot')
    .action(async (options: TargetOptions & { message?: string }, command: Command) => {
      const { client, json } = connect(command);
      const body = { message: options.message };
      const answer = await client.takeStackSnapshot({ params: await stackPlace(options), body });
      console.log(json ? JSON.stringify(answer) : answer.snapshotId);
    });
}

/** Makes the states of a stack, or of a part of it, those of a snapshot or a time. */
export async function restoreSnapshot(
  { client, json }: Connection,
  options: TargetOptions & { snapshot?: string; at?: string },
): Promise<void> {
  const answer = await client.restoreStack({
    params: await stackPlace(options),
    body: { ...scopeOf(options), snapshotId: options.snapshot, at: options.at },
  });
  if (json) return console.log(JSON.stringify(answer));
  const rows = answer.components.map(({ component, status, reason }) => [component, status, reason ?? '']);
  console.log(printable(`${table(rows)}\n${answer.message}`));
}
