import type { Accepted, TerraformLogLevel } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../context.ts';
import { findRevision } from '../projects/revisions/store.ts';
import { findProject, type ProjectRow } from '../projects/store.ts';
import type { Query } from '../server/database/open.ts';
import type { Asked } from './create.ts';
import { oncePerKey } from './idempotency.ts';
import { refuseLimited } from './refuse-limited.ts';
import { refuseOwned } from './stack-owned.ts';
import { insertJob } from './store.ts';
import { requireAdminForLog } from './terraform-logs/require-admin.ts';

/** Queues the deploy of an earlier revision with its variables. It has the same plan, gates and apply as any deploy. */
export async function createRollbackJob(
  context: Context,
  request: {
    projectId: string;
    toRevision?: number | undefined;
    autoApprove: boolean;
    terraformLog?: TerraformLogLevel | undefined;
  },
  { principal, call, key }: Asked,
): Promise<Accepted> {
  requireAdminForLog(principal, request);
  refuseLimited(principal, 'rolling back', request.projectId);
  return context.database.query.transaction().execute((trx) =>
    oncePerKey(trx, key, async () => {
      const project = await findProject(trx, request.projectId);
      await refuseOwned(trx, project.id, 'rolling back');
      const revision = request.toRevision ?? (await revisionBefore(trx, project));
      if (revision === undefined || !(await findRevision(trx, project.id, revision)))
        throw new DomainError(
          'revision_not_found',
          request.toRevision === undefined
            ? `rolling back project ${project.id}: no other revision was ever deployed; set toRevision`
            : `rolling back project ${project.id}: it has no revision ${request.toRevision}; see its history`,
        );
      const job = await insertJob(trx, { ...request, type: 'rollback', revision, createdBy: principal });
      await call.record(trx, { job: job.id, detail: { revision } });
      return {
        jobId: job.id,
        status: 'accepted' as const,
        message: `Rollback to revision ${revision} started`,
      };
    }),
  );
}

/** Returns the last revision that was deployed before the current one. */
async function revisionBefore(trx: Query, project: ProjectRow): Promise<number | undefined> {
  const row = await trx
    .selectFrom('jobs')
    .select('revision')
    .where('project_id', '=', project.id)
    .where('type', 'in', ['deploy', 'rollback'])
    .where('status', '=', 'completed')
    .where('revision', '!=', project.revision ?? 0)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.revision ?? undefined;
}
