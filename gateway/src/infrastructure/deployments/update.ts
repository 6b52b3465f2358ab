import { givenSources, isFinished, type UpdateDeployment } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import { requestCancel } from '../../jobs/cancel.ts';
import type { Asked } from '../../jobs/create.ts';
import { earlierAnswer, oncePerKey } from '../../jobs/idempotency.ts';
import { refuseLimited } from '../../jobs/refuse-limited.ts';
import { findJob, insertJob } from '../../jobs/store.ts';
import { prepareRevision, saveRevision } from '../../projects/revisions/store.ts';
import type { Query } from '../../server/database/open.ts';
import { refuseUnveiled } from './refuse-unveiled.ts';
import { type RunCode, readRunCode } from './run-code.ts';
import { compile, type Given } from './source/compile.ts';
import { resolveSource, type Source } from './source/resolve-source.ts';
import { parameterNameOf, templateFiles } from './source/template-files.ts';
import { type DeploymentRow, findDeployment, lockDeployment } from './store.ts';

/** Fields that tell what happened. Only the engine knows that. */
const observed = ['outputs', 'resources', 'logs', 'error_message', 'error_details', 'completed_at'] as const;

/**
 * Changes a deployment's details; queues a run if the template, parameters or variables are given or a dry run becomes a
 * deploy; cancels for the status `cancelled`. Any other status, and what the engine observes, is refused.
 */
export async function updateDeployment(
  context: Context,
  id: string,
  body: UpdateDeployment,
  asked: Asked,
): Promise<{ id: string }> {
  const row = await findDeployment(context.database.query, asked.principal, id);
  refuseObserved(id, body);
  if (body.status === 'cancelled') return cancelRun(context, row, asked);
  const runs =
    givenSources(body).length > 0 ||
    body.parameters !== undefined ||
    body.variables !== undefined ||
    body.template_bucket !== undefined ||
    (body.is_dry_run !== undefined && body.is_dry_run !== row.is_dry_run);
  return runs ? runAgain(context, row, body, asked) : changeDetails(context, row, body, asked);
}

function refuseObserved(id: string, body: UpdateDeployment): void {
  const isLie = body.status !== undefined && body.status !== 'cancelled';
  const lies = [...(isLie ? ['status'] : []), ...observed.filter((name) => body[name] !== undefined)];
  if (lies.length === 0) return;
  throw new DomainError(
    'status_is_observed',
    `changing deployment ${id}: ${lies.join(', ')} is what the engine observes; leave it out, or set status to cancelled to cancel`,
  );
}

async function cancelRun(context: Context, row: DeploymentRow, { call }: Asked): Promise<{ id: string }> {
  await context.database.query.transaction().execute(async (trx) => {
    await requestCancel(trx, context, row.job_id);
    await call.record(trx, { project: row.project_id, job: row.job_id, detail: { deployment: row.id } });
  });
  context.jobCache.invalidate(row.job_id);
  return { id: row.id };
}

async function changeDetails(
  context: Context,
  { id, project_id: project }: DeploymentRow,
  body: UpdateDeployment,
  { call }: Asked,
): Promise<{ id: string }> {
  const details = detailsOf(body);
  await context.database.query.transaction().execute(async (trx) => {
    await trx
      .updateTable('deployments')
      .set({ ...details, updated_at: new Date() })
      .where('id', '=', id)
      .execute();
    await call.record(trx, { project, detail: { deployment: id, changed: Object.keys(details) } });
  });
  return { id };
}

function detailsOf({ name, description, auto_approve, is_dry_run }: UpdateDeployment) {
  const details = { name, description, auto_approve, is_dry_run };
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
}

async function runAgain(
  context: Context,
  row: DeploymentRow,
  body: UpdateDeployment,
  { principal, call, key }: Asked,
): Promise<{ id: string }> {
  refuseLimited(principal, 'deploying', row.project_id);
  const earlier = await earlierAnswer<{ id: string }>(context.database.query, key);
  if (earlier) return earlier;
  const { source, given, last } = await nextCode(context, principal, row, body);
  const compiled = compile({ type: row.template_type, files: source.files }, given, row.id);
  const revision = await prepareRevision(compiled.files, compiled.variables);
  await refuseUnveiled(row, body, { last, next: revision });
  return context.database.query.transaction().execute((trx) =>
    oncePerKey(trx, key, async () => {
      const locked = await lockDeployment(trx, principal, row.id);
      await requireIdle(trx, locked, 'deploying again');
      if (locked.job_id !== row.job_id) throw busy(locked, 'deploying again', 'was changed meanwhile');
      const details = detailsOf(body);
      const number = await saveRevision(trx, context.encryption, row.project_id, revision);
      await trx
        .updateTable('deployments')
        .set({
          ...details,
          ...source.origin,
          template_bucket: given.template_bucket,
          parameter_names: JSON.stringify(compiled.parameterNames),
          is_deleting: false,
        })
        .where('id', '=', row.id)
        .execute();
      const job = await insertJob(trx, {
        projectId: row.project_id,
        type: (body.is_dry_run ?? locked.is_dry_run) ? 'plan' : 'deploy',
        revision: number,
        autoApprove: body.auto_approve ?? locked.auto_approve,
        message: body.message,
        createdBy: principal,
      });
      const detail = { deployment: row.id, template: source.origin.template_digest, code: revision.digest };
      await call.record(trx, { project: row.project_id, job: job.id, detail });
      return { id: row.id };
    }),
  );
}

/** Returns the template and values of the next run: what is given, and for the rest what the last run had. */
async function nextCode(
  context: Context,
  principal: Principal,
  row: DeploymentRow,
  body: UpdateDeployment,
): Promise<{ source: Source; given: Given; last: RunCode }> {
  const last = await lastCode(context, row);
  const source =
    givenSources(body).length > 0
      ? await resolveSource(context, principal, { ...body, template_type: row.template_type })
      : { files: templateFiles(row.template_type, last.code.files), origin: originOf(row) };
  return {
    source,
    last: last.code,
    given: {
      parameters: body.parameters ?? last.given.parameters,
      variables: body.variables ?? last.given.variables,
      template_bucket: body.template_bucket === undefined ? row.template_bucket : body.template_bucket,
    },
  };
}

async function lastCode(
  context: Context,
  row: DeploymentRow,
): Promise<{ code: RunCode; given: Omit<Given, 'template_bucket'> }> {
  const number = (await findJob(context.database.query, row.job_id))?.revision ?? 1;
  const code = await readRunCode(context, row, number);
  if (!code) throw new Error(`reading deployment ${row.id}: its project has no revision ${number}`);
  const parameterNames: string[] = JSON.parse(row.parameter_names);
  const parameters: Record<string, unknown> = {};
  const variables: Record<string, unknown> = {};
  for (const [variable, value] of Object.entries(code.values)) {
    const name = parameterNameOf(row.template_type, variable);
    if (name === undefined) variables[variable] = value;
    else if (parameterNames.includes(name)) parameters[name] = value;
    else if (row.template_type === 'terraform') variables[name] = value;
  }
  return { code, given: { parameters, variables } };
}

function originOf({ template_id, template_version, template_url, template_digest }: DeploymentRow) {
  return { template_id, template_version, template_url, template_digest };
}

/** Throws `deployment_busy` while the deployment's newest job is not finished. */
export async function requireIdle(trx: Query, row: DeploymentRow, activity: string): Promise<void> {
  const job = await findJob(trx, row.job_id);
  if (job && !isFinished(job.status)) throw busy(row, activity, `is ${job.status}`);
}

function busy({ id, job_id: jobId }: DeploymentRow, activity: string, problem: string): DomainError {
  return new DomainError(
    'deployment_busy',
    `${activity} deployment ${id}: its job ${jobId} ${problem}; wait until it has ended, or cancel it by PUT with the status cancelled`,
  );
}
