import type { Orphan, orphansSchema } from '@deployment-engine/contracts';
import { Command } from 'commander';
import type { z } from 'zod';
import { type Connection, connect } from '../connection.ts';
import { runJob } from '../project/finish-job.ts';
import { targetProject } from '../stack/target-project.ts';
import { submit } from '../submit.ts';
import { type TargetOptions, withProjectArgument, withTarget } from '../target.ts';
import { printable } from '../text/printable.ts';

type Orphans = z.infer<typeof orphansSchema>;
type SettleOptions = TargetOptions & { objectId?: string; detach?: boolean };

export function orphansCommand(): Command {
  return new Command('orphans')
    .addCommand(listCommand())
    .addCommand(adoptCommand())
    .addCommand(deleteCommand())
    .addCommand(acknowledgeCommand());
}

function listCommand(): Command {
  return withProjectArgument(new Command('list'))
    .description('list objects that an interrupted apply may have left, unresolved ones first')
    .action(async (_project: unknown, options: TargetOptions, command: Command) => {
      const connection = connect(command);
      const projectId = await targetProject(connection.client, options);
      print(connection, await connection.client.orphans({ params: { projectId } }));
    });
}

function adoptCommand(): Command {
  return settling(new Command('adopt'))
    .description(
      'import an object into the state by a deploy of the current revision, once its plan is approved',
    )
    .argument('<orphan>', 'its id, from orphans list')
    .action(async (orphanId: string, options: SettleOptions, command: Command) => {
      const connection = connect(command);
      const params = { projectId: await targetProject(connection.client, options) };
      const body = { orphanId, objectId: options.objectId };
      const { jobId } = await submit((idempotencyKey, call) =>
        connection.client.adoptOrphan({ idempotencyKey, params, body }, call),
      );
      await runJob(connection, jobId, options);
    });
}

function deleteCommand(): Command {
  return settling(new Command('delete'))
    .description('delete objects in the cloud, once the plan is approved')
    .argument('<orphan...>', 'ids, from orphans list')
    .action(async (orphanIds: string[], options: SettleOptions, command: Command) => {
      const connection = connect(command);
      const params = { projectId: await targetProject(connection.client, options) };
      const body = { orphanIds, objectId: options.objectId };
      const { jobId } = await submit((idempotencyKey, call) =>
        connection.client.deleteOrphans({ idempotencyKey, params, body }, call),
      );
      await runJob(connection, jobId, options);
    });
}

function acknowledgeCommand(): Command {
  return withTarget(new Command('acknowledge'))
    .description('let objects no longer block deploys; needs an approver')
    .argument('<orphan...>', 'ids, from orphans list')
    .requiredOption('--why <reason>', 'what becomes of the objects; the audit log keeps it')
    .action(async (orphanIds: string[], options: TargetOptions & { why: string }, command: Command) => {
      const connection = connect(command);
      const params = { projectId: await targetProject(connection.client, options) };
      const body = { orphanIds, reason: options.why };
      print(connection, await connection.client.acknowledgeOrphans({ params, body }));
    });
}

function settling(command: Command): Command {
  return withTarget(command)
    .option('--object-id <id>', "the object's id in the cloud, if the engine does not know it")
    .option('--detach', 'end as soon as the job is accepted');
}

function print({ json }: Connection, answer: Orphans): void {
  console.log(json ? JSON.stringify(answer) : printable(orphansText(answer)));
}

function orphansText({ projectId, unresolved, orphans }: Orphans): string {
  if (orphans.length === 0) return `${projectId}: no orphans`;
  return [`${projectId}: ${unresolved} of ${orphans.length} unresolved`, ...orphans.flatMap(linesOf)].join(
    '\n',
  );
}

function linesOf(orphan: Orphan): string[] {
  const { id, status, address, type, objectId, candidates, reason, search, resolution } = orphan;
  return [
    `${id}  ${status}  ${address ?? type}${objectId ? ` [id=${objectId}]` : ''}`,
    `  ${reason}`,
    ...(candidates.length > 0 ? [`  may be: ${candidates.join(', ')}`] : []),
    ...(status === 'unresolved' && search ? [`  ${search}`] : []),
    ...(resolution ? [`  ${resolution}`] : []),
  ];
}
