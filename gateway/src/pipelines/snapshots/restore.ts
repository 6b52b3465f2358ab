import type { StackRestored } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { type Principal, signedName } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import type { Call } from '../../http/call.ts';
import { restoreStateIn } from '../../infrastructure/restore-state.ts';
import { newestStateVersion } from '../../projects/states/store.ts';
import type { Query } from '../../server/database/open.ts';
import { kindProblems } from '../../stacks/stack-limits.ts';
import { componentContent } from '../contents.ts';
import { stackNotFound } from '../create/follow-ups.ts';
import { requireInScope, type Scope, withoutNetwork } from '../create/scope.ts';
import type { Environment } from '../environment/status.ts';
import { type ComponentRow, lockKey } from '../rows.ts';
import { holderOf, takeStackLock } from '../scope-lock.ts';
import { deployedComponents, requireAll } from '../store.ts';
import { findSnapshot, statesOf } from './store.ts';

type RestoreRequest = Environment & Scope & { snapshotId?: string | undefined; at?: string | undefined };
type By = { principal: Principal; call: Call };
type RestoredComponent = StackRestored['components'][number];
/** The version that a component goes back to, or why there is none. */
type Target = { version: number } | { reason: string };

/**
 * Puts the states of deployed components back to those of a snapshot or a time, all or none. The stack's lock keeps
 * pipelines from starting meanwhile; one that holds a part of the scope refuses it.
 */
export async function restoreStack(
  context: Context,
  request: RestoreRequest,
  by: By,
): Promise<StackRestored> {
  const { stack, environment } = request;
  return context.database.query.transaction().execute(async (trx) => {
    await takeStackLock(trx, request);
    const rows = await rowsInScope(trx, request);
    requireAll(by.principal, rows);
    requireKinds(context, rows, by.principal);
    await requireFree(trx, request, rows);
    const targets = await targetsOf(trx, request, rows);
    const components: RestoredComponent[] = [];
    for (const row of rows)
      components.push(
        await restoreOne(
          trx,
          context,
          row,
          targets.get(row.project_id) ?? { reason: 'it has no state there' },
        ),
      );
    const restored = components.filter(({ status }) => status === 'restored');
    const { snapshotId, at, service, component } = request;
    const from = snapshotId ?? at;
    const versions = Object.fromEntries(restored.map((each) => [each.component, each.stateVersion]));
    const detail = { stack, environment, service, component, from, count: restored.length, versions };
    await by.call.record(trx, { detail });
    const message = `${restored.length} of ${components.length} components have the state of ${from}; the next plan shows what differs`;
    return { stack, environment, components, message };
  });
}

async function rowsInScope(trx: Query, request: RestoreRequest): Promise<ComponentRow[]> {
  const { stack, environment } = request;
  const rows = await deployedComponents(trx, stack, environment);
  if (rows.length === 0) throw stackNotFound(stack, environment);
  const ids = rows.map(({ component }) => component);
  const found = requireInScope(ids, request, `stack ${stack} in ${environment}`);
  const inScope = new Set(withoutNetwork(found, request));
  return rows.filter(({ component }) => inScope.has(component));
}

function requireKinds({ encryption }: Context, rows: ComponentRow[], principal: Principal): void {
  if (principal.stackLimits === null) return;
  const limits = { ...principal.stackLimits, key: signedName(principal) };
  const [problem] = kindProblems(
    limits,
    rows.map((row) => ({ ...componentContent(encryption, row), id: row.component })),
  );
  if (problem) throw new DomainError('key_limited', `restoring states: ${problem.message}`);
}

async function requireFree(trx: Query, request: RestoreRequest, rows: ComponentRow[]): Promise<void> {
  const { stack, environment, service = null, component = null } = request;
  const scope = { stack, environment, service, component };
  const holder = await holderOf(trx, { ...scope, seq: 0 }, rows, 'anyTime');
  if (holder)
    throw new DomainError(
      'stack_locked',
      `restoring ${lockKey(scope)}: ${holder.id} of ${holder.created_by} holds ${lockKey(holder)}; wait for it or cancel it`,
    );
}

/** Returns what each project goes back to. Throws `state_version_not_found` if a version was pruned. */
async function targetsOf(
  trx: Query,
  request: RestoreRequest,
  rows: ComponentRow[],
): Promise<Map<string, Target>> {
  const { snapshotId, at } = request;
  if (snapshotId === undefined) return versionsAt(trx, new Date(at ?? ''), rows);
  const snapshot = await findSnapshot(trx, snapshotId, request);
  const states = await statesOf(trx, [snapshot.id]);
  const wanted = new Set(rows.map(({ project_id }) => project_id));
  const lost = states.filter(({ project_id, kept }) => wanted.has(project_id) && !kept);
  if (lost.length > 0)
    throw new DomainError(
      'state_version_not_found',
      `restoring ${snapshot.id}: state versions were pruned: ${lost.map(({ component, state_version }) => `${state_version} of ${component}`).join(', ')}; name other components`,
    );
  return new Map(states.map(({ project_id, state_version }) => [project_id, { version: state_version }]));
}

async function versionsAt(trx: Query, at: Date, rows: ComponentRow[]): Promise<Map<string, Target>> {
  const found = new Map<string, Target>();
  for (const { project_id } of rows) {
    const row = await trx
      .selectFrom('state_versions')
      .select('id')
      .where('project_id', '=', project_id)
      .where('created_at', '<=', at)
      // A version of that time may have been pruned since, while an older one was kept.
      .where((is) => is.or([is('superseded_at', 'is', null), is('superseded_at', '>', at)]))
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    found.set(project_id, row ? { version: row.id } : { reason: 'no state of that time is kept' });
  }
  return found;
}

async function restoreOne(
  trx: Query,
  context: Context,
  { component, project_id: projectId }: ComponentRow,
  target: Target,
): Promise<RestoredComponent> {
  const nothing = { component, projectId, stateVersion: null, newVersion: null };
  if ('reason' in target) return { ...nothing, status: 'skipped', reason: target.reason };
  const newest = await newestStateVersion(trx, projectId);
  if (newest?.id === target.version) return { ...nothing, status: 'unchanged', reason: null };
  const { version } = await restoreStateIn(trx, context, projectId, target.version);
  return {
    component,
    projectId,
    status: 'restored',
    reason: null,
    stateVersion: target.version,
    newVersion: version.id,
  };
}
