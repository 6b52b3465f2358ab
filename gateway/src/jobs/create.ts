import type { Accepted, Files, JobType, TerraformLogLevel } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Request } from 'express';
import type { Principal } from '../access/principal.ts';
import type { Context } from '../context.ts';
import type { Call } from '../http/call.ts';
import { requestFiles } from '../projects/revisions/request-files.ts';
import {
  listRevisions,
  type PreparedRevision,
  prepareRevision,
  saveRevision,
  type Variables,
} from '../projects/revisions/store.ts';
import { writeWorkspace } from '../projects/revisions/workspace.ts';
import { ensureProject, findProject } from '../projects/store.ts';
import { type IdempotentRequest, idempotentRequest, oncePerKey } from './idempotency.ts';
import { refuseLimited } from './refuse-limited.ts';
import { refuseOwned } from './stack-owned.ts';
import { insertJob } from './store.ts';
import { requireAdminForLog } from './terraform-logs/require-admin.ts';

/** Who requests a job, the audit log entry of the call, and the caller's idempotency key. */
export type Asked = { principal: Principal; call: Call; key: IdempotentRequest | undefined };

export function asked(
  input: { principal: Principal; call: Call; request: Request },
  operation: string,
  body: unknown,
): Asked {
  const { principal, call } = input;
  return { principal, call, key: idempotentRequest(input, operation, body) };
}

export type CodeRequest = {
  projectId: string;
  iacCode?: string | undefined;
  files?: Files | undefined;
  variables?: Variables | undefined;
};

const acceptedMessages: Partial<Record<JobType, string>> = {
  deploy: 'Infrastructure deployment started',
  plan: 'Infrastructure plan started',
  destroy: 'Infrastructure destruction started',
};

/** Stores the code as a revision and queues the job in one transaction; then writes the workspace. */
export async function createCodeJob(
  context: Context,
  type: 'deploy' | 'plan',
  request: CodeRequest & {
    autoApprove?: boolean;
    ttlSeconds?: number | undefined;
    message?: string | undefined;
    terraformLog?: TerraformLogLevel | undefined;
  },
  { principal, call, key }: Asked,
): Promise<Accepted> {
  requireAdminForLog(principal, request);
  refuseLimited(principal, type === 'plan' ? 'planning' : 'deploying', request.projectId);
  const revision = await prepareRevision(requestFiles(request), request.variables ?? {});
  const answer = await context.database.query.transaction().execute((trx) =>
    oncePerKey(trx, key, async () => {
      if (type === 'deploy') await refuseOwned(trx, request.projectId, 'deploying');
      await ensureProject(trx, request.projectId);
      const number = await saveRevision(trx, context.encryption, request.projectId, revision);
      const job = await insertJob(trx, { ...request, type, revision: number, createdBy: principal });
      await call.record(trx, { job: job.id, detail: { revision: number, code: revision.digest } });
      return accepted(job);
    }),
  );
  await shareWorkspace(context, request.projectId, revision);
  return answer;
}

/** Only logs a failed write: the gateway uploads the files to runners that do not find them in the workspace. */
async function shareWorkspace(
  context: Context,
  projectId: string,
  revision: PreparedRevision,
): Promise<void> {
  await writeWorkspace(context.config.workspacesDir, projectId, revision.digest, revision.files).catch(
    (error) => context.logger.warn('writing the workspace', { projectId, error }),
  );
}

/** Queues the destruction of everything that a project has deployed, using the code of its deployment. */
export async function createDestroyJob(
  context: Context,
  request: { projectId: string; autoApprove: boolean; terraformLog?: TerraformLogLevel | undefined },
  { principal, call, key }: Asked,
): Promise<Accepted> {
  requireAdminForLog(principal, request);
  refuseLimited(principal, 'destroying', request.projectId);
  return context.database.query.transaction().execute((trx) =>
    oncePerKey(trx, key, async () => {
      const project = await findProject(trx, request.projectId);
      await refuseOwned(trx, project.id, 'destroying');
      const newest = (await listRevisions(trx, project.id, { limit: 1 }))[0];
      const revision = project.revision ?? newest?.number;
      if (revision === undefined)
        throw new DomainError(
          'project_not_deployed',
          `project ${project.id} has no code; there is nothing to destroy`,
        );
      const job = await insertJob(trx, { ...request, type: 'destroy', revision, createdBy: principal });
      await call.record(trx, { job: job.id, detail: { revision } });
      return accepted(job);
    }),
  );
}

function accepted(job: { id: string; type: JobType }): Accepted {
  return { jobId: job.id, status: 'accepted', message: acceptedMessages[job.type] ?? 'The job is queued' };
}
