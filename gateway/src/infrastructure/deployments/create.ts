import type { CreateDeployment } from '@deployment-engine/contracts';
import type { Context } from '../../context.ts';
import type { Asked } from '../../jobs/create.ts';
import { oncePerKey } from '../../jobs/idempotency.ts';
import { refuseLimited } from '../../jobs/refuse-limited.ts';
import { insertJob, newId } from '../../jobs/store.ts';
import { prepareRevision, saveRevision } from '../../projects/revisions/store.ts';
import { ensureProject } from '../../projects/store.ts';
import { compile } from './source/compile.ts';
import { resolveSource } from './source/resolve-source.ts';
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
  const { files, origin } = await resolveSource(context, principal, body);
  const compiled = compile({ type: body.template_type, files }, body, id);
  const revision = await prepareRevision(compiled.files, compiled.variables);
  return context.database.query.transaction().execute((trx) =>
    oncePerKey(trx, key, async () => {
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
      await trx
        .insertInto('deployments')
        .values({
          id,
          project_id: projectId,
          name: body.name,
          description: body.description,
          provider: body.provider,
          cloud_account_id: body.cloud_account_id,
          environment_id: body.environment_id,
          template_type: body.template_type,
          ...origin,
          parameter_names: JSON.stringify(compiled.parameterNames),
          is_dry_run: body.is_dry_run,
          auto_approve: body.auto_approve,
          job_id: job.id,
          status: 'pending',
          created_by: principal.id,
        })
        .execute();
      const detail = { deployment: id, template: origin.template_digest, code: revision.digest };
      await call.record(trx, { project: projectId, job: job.id, detail });
      return { id };
    }),
  );
}
