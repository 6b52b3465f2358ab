import { type Accepted, endpoints } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { instanceAddresses } from '@deployment-engine/terraform-code';
import type { Router } from 'express';
import type { Context } from '../../context.ts';
import { route } from '../../http/route.ts';
import { listRevisions } from '../../projects/revisions/store.ts';
import { readNewestState } from '../../projects/states/store.ts';
import { findProject, type ProjectRow } from '../../projects/store.ts';
import type { Query } from '../../server/database/open.ts';
import { type Asked, asked } from '../create.ts';
import { oncePerKey } from '../idempotency.ts';
import { refuseLimited } from '../refuse-limited.ts';
import { insertJob } from '../store.ts';
import {
  listOrphans,
  type OrphanRow,
  presentOrphan,
  settleOrphan,
  unresolvedOrphans,
} from './orphan-store.ts';
import { markDestroyed } from './settle-orphans.ts';

export function orphanRoutes(router: Router, context: Context): void {
  const { query } = context.database;

  route(router, endpoints.orphans, async ({ params }) =>
    presentOrphans(query, (await findProject(query, params.projectId)).id),
  );
  route(router, endpoints.adoptOrphan, async (input) => {
    const { orphanId, objectId } = input.body;
    const { projectId } = input.params;
    const request = { projectId, orphanIds: [orphanId], objectId };
    refuseLimited(input.principal, 'adopting an object of', projectId);
    return createJob(context, 'deploy', request, asked(input, 'adoptOrphan', request));
  });
  route(router, endpoints.deleteOrphans, async (input) => {
    const request = { projectId: input.params.projectId, ...input.body };
    refuseLimited(input.principal, 'deleting objects of', request.projectId);
    return createJob(context, 'destroy', request, asked(input, 'deleteOrphans', request));
  });
  route(router, endpoints.acknowledgeOrphans, async ({ params, body, principal, call }) => {
    const { id: projectId } = await findProject(query, params.projectId);
    await query.transaction().execute(async (trx) => {
      const rows = await requireUnresolved(trx, projectId, body.orphanIds);
      for (const row of rows)
        await settleOrphan(trx, row.id, {
          status: 'acknowledged',
          by: principal.name,
          resolution: body.reason,
        });
      if ((await unresolvedOrphans(trx, projectId)).length === 0) await markDestroyed(trx, projectId);
      const detail = { reason: body.reason, orphans: rows.map(auditText) };
      await call.record(trx, { project: projectId, detail });
    });
    return presentOrphans(query, projectId);
  });
}

async function presentOrphans(query: Query, projectId: string) {
  const rows = await listOrphans(query, projectId);
  const unresolved = rows.filter(({ status }) => status === 'unresolved').length;
  return { projectId, unresolved, orphans: rows.map(presentOrphan) };
}

/**
 * Queues the job that adopts or deletes orphans. It always waits for approval, whatever the project's settings: an id
 * that a person names may belong to somebody else's object.
 */
async function createJob(
  context: Context,
  type: 'deploy' | 'destroy',
  request: { projectId: string; orphanIds: string[]; objectId?: string | undefined },
  { principal, call, key }: Asked,
): Promise<Accepted> {
  return context.database.query.transaction().execute((trx) =>
    oncePerKey(trx, key, async () => {
      const project = await findProject(trx, request.projectId);
      const rows = await requireUnresolved(trx, project.id, request.orphanIds);
      await nameObjects(trx, rows, request.objectId);
      if (type === 'deploy') await requireFreePlace(context, trx, project, rows[0]);
      const revision = project.revision ?? (await listRevisions(trx, project.id, { limit: 1 }))[0]?.number;
      if (revision === undefined) throw notAdoptable('the project has no code; deploy it first');
      const { orphanIds } = request;
      const job = await insertJob(trx, {
        ...{ projectId: project.id, type, revision, orphanIds, autoApprove: false, createdBy: principal },
      });
      await call.record(trx, { job: job.id, detail: { orphans: rows.map(auditText) } });
      const message = `The job is queued; it waits for approval before it ${type === 'deploy' ? 'adopts' : 'deletes'} anything`;
      return { jobId: job.id, status: 'accepted' as const, message };
    }),
  );
}

/** Throws `orphan_not_found` if one of the ids is not an unresolved orphan. */
async function requireUnresolved(query: Query, projectId: string, ids: string[]): Promise<OrphanRow[]> {
  const rows = new Map((await unresolvedOrphans(query, projectId)).map((row) => [row.id, row]));
  return [...new Set(ids)].map((id) => {
    const row = rows.get(id);
    if (!row)
      throw new DomainError(
        'orphan_not_found',
        `looking for orphan ${id}: project ${projectId} has no unresolved orphan with this id; see GET /api/deploy/orphans/${projectId}`,
      );
    return row;
  });
}

/** Stores each orphan's object id: the one in the request, else its own, else its only candidate. */
async function nameObjects(trx: Query, rows: OrphanRow[], objectId: string | undefined): Promise<void> {
  if (objectId !== undefined && rows.length > 1)
    throw notAdoptable('objectId names one object, but several orphans were given; send them one by one');
  for (const row of rows) {
    const candidates: string[] = JSON.parse(row.candidates);
    const id = objectId ?? row.object_id ?? (candidates.length === 1 ? candidates[0] : undefined);
    if (id === undefined)
      throw notAdoptable(
        `the object of ${row.id} (${row.type}) is not known${candidates.length > 1 ? `, it may be one of ${candidates.slice(0, 5).join(', ')}` : ''}; name it with objectId, or acknowledge the orphan`,
      );
    if (id === row.object_id) continue;
    const source = id === objectId && !candidates.includes(id) ? 'person' : 'search';
    await trx.updateTable('orphans').set({ object_id: id, source }).where('id', '=', row.id).execute();
    row.object_id = id;
  }
}

async function requireFreePlace(
  context: Context,
  trx: Query,
  project: ProjectRow,
  row: OrphanRow | undefined,
): Promise<void> {
  if (!row?.address) throw notAdoptable('it matches no resource of the code; delete it or acknowledge it');
  const newest = await readNewestState(trx, context.encryption, project.id);
  if (newest && instanceAddresses(newest.state).has(row.address))
    throw notAdoptable(`${row.address} is already another object; delete the orphan or acknowledge it`);
}

function notAdoptable(problem: string): DomainError {
  return new DomainError('orphan_not_adoptable', `adopting or deleting an orphan: ${problem}`);
}

function auditText({ id, address, type, object_id }: OrphanRow): string {
  return `${id} ${address ?? type} ${object_id ?? 'of unknown id'}`;
}
