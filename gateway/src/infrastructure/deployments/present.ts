import {
  type DeploymentRecord,
  type JobError,
  recordSchema,
  recordSummarySchema,
} from '@deployment-engine/contracts';
import { instanceAddresses, sensitiveText, type TerraformState } from '@deployment-engine/terraform-code';
import type { z } from 'zod';
import type { Context } from '../../context.ts';
import { redactAnswer } from '../../http/redact-answer.ts';
import { presentJob } from '../../jobs/present.ts';
import type { RevisionFiles } from '../../projects/revisions/store.ts';
import { declaredIn } from '../../projects/secrets/declared-variables.ts';
import { redactedOutputs } from '../../projects/states/outputs.ts';
import { readNewestState } from '../../projects/states/store.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import type { Query } from '../../server/database/open.ts';
import { armFailure } from './arm-failure.ts';
import { type RunCode, readRunCode } from './run-code.ts';
import { parameterNameOf, templateFiles } from './source/template-files.ts';
import { stackFailure } from './stack-failure.ts';
import type { DeploymentRow } from './store.ts';

type Summary = z.infer<typeof recordSummarySchema>;

/** Returns a deployment as its list shows it, without secrets. */
export async function presentSummary(
  context: Context,
  row: DeploymentRow,
  job: JobRow | undefined,
): Promise<Summary> {
  const owner = { projectId: row.project_id, jobId: row.job_id };
  return redactAnswer(recordSummarySchema, summary(row, job), owner, context.redactorOf);
}

/** Jobs that only planned are removed after years; the deployment stays. */
function summary(row: DeploymentRow, job: JobRow | undefined): Summary {
  const view = job && presentJob(job);
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    status: row.status,
    provider: row.provider,
    cloud_account_id: row.cloud_account_id,
    environment_id: row.environment_id,
    template_type: row.template_type,
    template_id: row.template_id,
    template_version: row.template_version,
    template_url: row.template_url,
    template_bucket: row.template_bucket,
    template_digest: row.template_digest,
    is_dry_run: row.is_dry_run,
    auto_approve: row.auto_approve,
    project_id: row.project_id,
    job_id: row.job_id,
    error_message: view?.error ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    started_at: view?.processingTime ?? null,
    completed_at: view?.endTime ?? null,
  };
}

/** Returns the deployment that owns a project, also one that is gone. */
export async function knownDeployment(query: Query, projectId: string): Promise<DeploymentRow | undefined> {
  return query.selectFrom('deployments').selectAll().where('project_id', '=', projectId).executeTakeFirst();
}

/** Returns all of a deployment, without secrets. */
export async function presentDeployment(context: Context, row: DeploymentRow): Promise<DeploymentRecord> {
  const { query } = context.database;
  const job = await query.selectFrom('jobs').selectAll().where('id', '=', row.job_id).executeTakeFirst();
  const view = job && presentJob(job);
  const state = await readNewestState(query, context.encryption, row.project_id);
  const code = await readRunCode(context, row, job?.revision ?? 1);
  const record: DeploymentRecord = {
    ...summary(row, job),
    waiting_reason:
      view?.waitingReason ??
      (view?.status === 'awaiting_approval'
        ? `its plan waits for an approval: POST /api/deploy/jobs/${row.job_id}/approve`
        : null),
    plan_digest: view?.planDigest ?? null,
    plan: view?.plan ?? null,
    error_details: (view?.failure && code && stackError(row, view.failure, code.files)) ?? null,
    ...(code ? await givenValues(row, code) : { parameters: {}, variables: {} }),
    outputs: state ? redactedOutputs(state.state) : {},
    resources: state ? resources(state.state) : [],
  };
  const owner = { projectId: row.project_id, jobId: row.job_id };
  return redactAnswer(recordSchema, record, owner, context.redactorOf);
}

type Given = Pick<DeploymentRecord, 'parameters' | 'variables'>;

function stackError(row: DeploymentRow, failure: JobError, files: RevisionFiles) {
  if (row.template_type === 'terraform') return undefined;
  const [template] = Object.values(templateFiles(row.template_type, files));
  const failureOf = row.template_type === 'arm' ? armFailure : stackFailure;
  return failureOf(failure, typeof template === 'string' ? template : '');
}

/** Returns what was given to the newest run; values of sensitive variables are hidden. */
async function givenValues(row: DeploymentRow, { digest, files, values }: RunCode): Promise<Given> {
  const declared = await declaredIn(digest, () => files);
  const parameterNames: string[] = JSON.parse(row.parameter_names);
  const shown: Given = { parameters: {}, variables: {} };
  for (const [variable, value] of Object.entries(values)) {
    const name = parameterNameOf(row.template_type, variable);
    const isParameter =
      name !== undefined && (row.template_type !== 'terraform' || parameterNames.includes(name));
    const to = isParameter ? shown.parameters : shown.variables;
    to[name ?? variable] = declared.isSensitive(variable) ? sensitiveText : value;
  }
  return shown;
}

function resources(state: TerraformState): DeploymentRecord['resources'] {
  return state.resources.flatMap((resource) =>
    [...instanceAddresses({ resources: [resource] })].map(
      ([
        address,
        {
          attributes: { id },
        },
      ]) => ({
        address,
        type: resource.type,
        id: typeof id === 'string' ? id : null,
      }),
    ),
  );
}
