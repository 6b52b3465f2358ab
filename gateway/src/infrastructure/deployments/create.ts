import type { CreateDeployment } from '@deployment-engine/contracts';
import { tenantOf } from '../../access/tenant.ts';
import type { Context } from '../../context.ts';
import type { Asked } from '../../jobs/create.ts';
import { earlierAnswer, oncePerKey } from '../../jobs/idempotency.ts';
import { refuseLimited } from '../../jobs/refuse-limited.ts';
import { insertJob, newId } from '../../jobs/store.ts';
import { prepareRevision, saveRevision } from '../../projects/revisions/store.ts';
import { requireCloudOfAccount } from '../../projects/secrets/cloud-accounts/store.ts';
import { ensureProject } from '../../projects/store.ts';
import type { Query } from '../../server/database/open.ts';
import { compile } from './source/compile.ts';
import { resolveSource, type Source } from './source/resolve-source.ts';
import { ownProject } from './store.ts';

/** Stores a deployment with a project of its own, and queues its first run. Returns its id. */
export async function createDeployment(
  context: Context,
  body: CreateDeployment,
  { principal, call, key }: Asked,
): Promise<{ id: string }> {
  const id = newId('dep');
  const projectId = ownProject(principal, id);
  refuseLimited(principal, 'deploying', projectId);
  const earlier = await earlierAnswer<{ id: string }>(context.database.query, key);
  if (earlier) return earlier;
  const { files, origin } = await resolveSource(context, principal, body);
  const compiled = compile({ type: body.template_type, files }, body, id);
  const revision = await prepareRevision(compiled.files, compiled.variables);
  return context.database.query.transaction().execute((trx) =>
    oncePerKey(trx, key, async () => {
      const account = { tenant: tenantOf(principal), id: body.cloud_account_id };
      await requireCloudOfAccount(trx, account, body.provider);
      await ensureProject(trx, projectId);
      const number = await saveRevision(trx, context.encryption, projectId, revision);
      const job = await insertJob(trx, {
        projectId,
        type: body.is_dry_run ? 'plan' : 'deploy',
        revision: number,
        autoApprove: body.auto_approve,
        message: body.message,
        createdBy: principal,
      });
      const created = { id, projectId, jobId: job.id, createdBy: principal.id };
      await insertDeployment(trx, body, created, {
        ...origin,
        parameter_names: JSON.stringify(compiled.parameterNames),
      });
      const detail = { deployment: id, template: origin.template_digest, code: revision.digest };
      await call.record(trx, { project: projectId, job: job.id, detail });
      return { id };
    }),
  );
}

type Created = { id: string; projectId: string; jobId: string; createdBy: string };
type OfTemplate = Source['origin'] & { parameter_names: string };

async function insertDeployment(
  trx: Query,
  body: CreateDeployment,
  { id, projectId, jobId, createdBy }: Created,
  ofTemplate: OfTemplate,
): Promise<void> {
  const { name, description, provider, cloud_account_id, environment_id, template_type } = body;
  const { is_dry_run, auto_approve, template_bucket } = body;
  await trx
    .insertInto('deployments')
    .values({
      ...{ id, name, description, provider, cloud_account_id, environment_id, template_type },
      ...{ is_dry_run, auto_approve, template_bucket, ...ofTemplate },
      project_id: projectId,
      job_id: jobId,
      status: 'pending',
      created_by: createdBy,
    })
    .execute();
}
