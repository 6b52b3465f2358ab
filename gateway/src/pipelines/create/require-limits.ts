import { DomainError } from '@deployment-engine/service';
import { type Principal, signedName } from '../../access/principal.ts';
import { inScope } from '../../access/scope-filter.ts';
import { takeLock } from '../../server/database/locks.ts';
import type { Query } from '../../server/database/open.ts';
import type { Encryption } from '../../server/encryption.ts';
import {
  countProblems,
  kindProblems,
  type LimitedComponent,
  type NamedLimits,
} from '../../stacks/stack-limits.ts';
import { componentContent, taskContent } from '../contents.ts';
import type { TaskRow } from '../rows.ts';
import { takeStackLock } from '../scope-lock.ts';
import { deployedComponents } from '../store.ts';
import type { NewPipeline } from './new-pipeline.ts';
import { foundationId } from './scope.ts';
import type { NewTask } from './tasks.ts';

type Limited = Pick<NewPipeline, 'stack' | 'environment' | 'tasks'>;

/**
 * Throws `key_limited` if a pipeline exceeds the limits of its requester's key. What counts is what is deployed and what
 * unfinished pipelines deploy, so neither parts nor pipelines at the same time get around it.
 */
export async function requireLimits(
  encryption: Encryption,
  trx: Query,
  request: Limited,
  principal: Principal,
): Promise<void> {
  const { stackLimits } = principal;
  const changing = request.tasks.filter(({ action }) => action !== 'check');
  if (stackLimits === null || changing.length === 0) return;
  const limits = { ...stackLimits, key: signedName(principal) };
  await takeStackLock(trx, request);
  const problems = await limitProblems(encryption, trx, request, limits);
  if (request.tasks.some(({ action }) => action === 'deploy'))
    problems.push(...(await tooManyStacks(trx, request, principal, limits)));
  if (problems.length === 0) return;
  const more = problems.length > 10 ? `; and ${problems.length - 10} more` : '';
  throw new DomainError(
    'key_limited',
    `changing stack ${request.stack} in ${request.environment}: ${problems.slice(0, 10).join('; ')}${more}`,
  );
}

/** Says what of a pipeline exceeds the limits. The transaction must hold the stack's lock. */
export async function limitProblems(
  encryption: Encryption,
  trx: Query,
  request: Limited,
  limits: NamedLimits,
): Promise<string[]> {
  const { stack, environment, tasks } = request;
  const deployed = await deployedComponents(trx, stack, environment);
  const coming = await comingTasks(trx, request);
  const present = [
    ...deployed.map((row) => ({ projectId: row.project_id, plan: componentContent(encryption, row) })),
    ...coming.map((row) => ({ projectId: row.project_id, plan: taskContent(encryption, row).plan })),
  ];
  const before = Map.groupBy(present, ({ projectId }) => projectId);
  const components = tasks.flatMap(({ plan, projectId }): LimitedComponent[] => {
    // A component that changes its kind loses what it has.
    const others = (before.get(projectId) ?? []).filter((each) => each.plan.kind !== plan.kind);
    return [plan, ...others.map((each) => ({ ...each.plan, id: plan.id }))];
  });
  const problems = kindProblems(limits, components);
  if (tasks.some(({ action }) => action === 'deploy'))
    problems.push(...countProblems(limits, countAfter(present, tasks)));
  return [...new Set(problems.map(({ message }) => message))];
}

/** Returns what unfinished pipelines deploy in the environment. */
async function comingTasks(trx: Query, { stack, environment }: Limited): Promise<TaskRow[]> {
  return trx
    .selectFrom('pipeline_tasks')
    .innerJoin('pipelines', 'pipelines.id', 'pipeline_tasks.pipeline_id')
    .selectAll('pipeline_tasks')
    .where('pipelines.stack', '=', stack)
    .where('pipelines.environment', '=', environment)
    .where('pipelines.finished_at', 'is', null)
    .where('pipelines.type', 'not in', ['plan', 'drift'])
    .where('pipeline_tasks.action', '=', 'deploy')
    .execute();
}

/** Counts by project: a component that is renamed is the same one. */
function countAfter(present: { projectId: string; plan: { id: string } }[], tasks: NewTask[]) {
  const found = new Map(present.map(({ projectId, plan }) => [projectId, plan.id]));
  for (const { action, projectId, plan } of tasks)
    if (action === 'deploy') found.set(projectId, plan.id);
    else if (action === 'destroy') found.delete(projectId);
  const ids = [...found.values()].filter((id) => id !== foundationId);
  return { components: ids.length, services: new Set(ids.map((id) => id.split('/')[0])).size };
}

/** Counts the stacks that have, or are getting, components in the key's scope. */
async function tooManyStacks(
  trx: Query,
  { stack }: Limited,
  principal: Principal,
  { key, maxStacks }: NamedLimits,
): Promise<string[]> {
  if (maxStacks === null) return [];
  await takeLock(trx, 'stackLimits');
  const rows = await trx
    .selectFrom('stack_components')
    .select('stack_components.stack')
    .where(inScope('stack_components.project_id', principal))
    .union(
      trx
        .selectFrom('pipeline_tasks')
        .innerJoin('pipelines', 'pipelines.id', 'pipeline_tasks.pipeline_id')
        .select('pipelines.stack')
        .where('pipelines.finished_at', 'is', null)
        .where('pipelines.type', 'not in', ['plan', 'drift'])
        .where('pipeline_tasks.action', '=', 'deploy')
        .where(inScope('pipeline_tasks.project_id', principal)),
    )
    .execute();
  const stacks = new Set([...rows.map((row) => row.stack), stack]);
  if (stacks.size <= maxStacks) return [];
  return [`it would be one of ${stacks.size} stacks of the API key ${key}, which allows ${maxStacks}`];
}
