import { endpoints, type Uncertainty } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { TerraformState } from '@deployment-engine/terraform-code';
import type { Router } from 'express';
import { hasRole, type Principal } from '../access/principal.ts';
import type { Context } from '../context.ts';
import { cutPage, decodeNumberCursor, decodeTextCursor } from '../http/cursor.ts';
import { type Input, route } from '../http/route.ts';
import { projectUncertainty } from '../jobs/recovery/uncertainty.ts';
import { revisionJobs } from '../projects/history.ts';
import type { Redactor } from '../projects/redaction/redactor.ts';
import { listRevisions } from '../projects/revisions/store.ts';
import { storedSecretsRedactor } from '../projects/secrets/project-redactor.ts';
import { redactedOutputs } from '../projects/states/outputs.ts';
import { redactState } from '../projects/states/redact-state.ts';
import { readNewestState } from '../projects/states/store.ts';
import { findProject, knownProject, listProjects } from '../projects/store.ts';
import { deleteProject } from './delete.ts';
import { deploymentStatus, presentProjects } from './present.ts';

export function projectRoutes(router: Router, context: Context): void {
  route(router, endpoints.projects, (input) => showProjects(context, input));
  route(router, endpoints.infrastructure, (input) => showInfrastructure(context, input));
  route(router, endpoints.outputs, (input) => showOutputs(context, input));
  route(router, endpoints.state, (input) => showState(context, input));
  route(router, endpoints.deleteProject, async ({ params, query: { force }, call }) =>
    deleteProject(context, { projectId: params.projectId, force }, call),
  );
  route(router, endpoints.history, (input) => showHistory(context, input));
}

async function showProjects(
  { database: { query } }: Context,
  { query: page, principal }: Input<typeof endpoints.projects>,
) {
  const after = decodeTextCursor(page.cursor);
  const rows = await listProjects(query, { principal, after, limit: page.limit + 1 });
  const { page: shown, next } = cutPage(rows, page.limit, ({ id }) => id);
  return {
    projects: await presentProjects(query, shown),
    nextCursor: next,
  };
}

async function showInfrastructure(
  context: Context,
  { params, query: { redacted }, principal, call }: Input<typeof endpoints.infrastructure>,
) {
  const { query } = context.database;
  const project = await knownProject(query, params.projectId);
  if (!project) return notDeployed(params.projectId);
  const newest = await readNewestState(query, context.encryption, project.id);
  const redactor = await context.redactorOf({ projectId: project.id });
  const isRaw = seesRawState(principal) && !redacted;
  if (newest && isRaw && principal.kind !== 'open') await call.record(query);
  const uncertainty = await projectUncertainty(query, context.encryption, project.id);
  return {
    projectId: project.id,
    deploymentStatus: await deploymentStatus(query, project),
    deploymentJobId: project.deployment_job_id ?? project.last_job_id,
    deploymentOutputs: newest ? redactor.redactValues(redactedOutputs(newest.state)) : {},
    terraformState: newest ? shownState(newest.state, isRaw, redactor) : null,
    stateUncertain: uncertainty && (redactor.redactJson(uncertainty) as Uncertainty),
    destroyAt: project.destroy_at?.toISOString() ?? null,
    lastUpdated: project.updated_at.toISOString(),
  };
}

async function showOutputs(
  context: Context,
  { params, query: { sensitive }, principal, call }: Input<typeof endpoints.outputs>,
) {
  const { query } = context.database;
  if (sensitive && !hasRole(principal, 'deployer'))
    throw new DomainError(
      'forbidden',
      'reading sensitive outputs: sensitive=true needs the role deployer; leave it out to read them redacted',
    );
  const project = await findProject(query, params.projectId);
  const newest = await readNewestState(query, context.encryption, project.id);
  const redactor = sensitive
    ? await storedSecretsRedactor(context, project.id)
    : await context.redactorOf({ projectId: project.id });
  if (sensitive) await call.record(query, { detail: { sensitive } });
  return {
    projectId: project.id,
    outputs: newest ? redactor.redactValues(redactedOutputs(newest.state, sensitive)) : {},
    message: newest
      ? 'Terraform outputs retrieved successfully'
      : 'The project has no outputs yet; deploy it first',
  };
}

async function showState(
  { database: { query }, encryption }: Context,
  { params }: Input<typeof endpoints.state>,
) {
  const project = await findProject(query, params.projectId);
  const newest = await readNewestState(query, encryption, project.id);
  return {
    projectId: project.id,
    state: newest ? { ...newest.state } : null,
    message: newest
      ? 'Terraform state retrieved successfully'
      : 'The project has no state yet; deploy it first',
  };
}

async function showHistory(
  { database: { query } }: Context,
  { params, query: page }: Input<typeof endpoints.history>,
) {
  const project = await findProject(query, params.projectId);
  const before = decodeNumberCursor(page.cursor);
  const rows = await listRevisions(query, project.id, { before, limit: page.limit + 1 });
  const { page: shown, next } = cutPage(rows, page.limit, (row) => row.number);
  const numbers = shown.map((revision) => revision.number);
  const jobs = await revisionJobs(query, project.id, numbers);
  return {
    projectId: project.id,
    revisions: shown.map((revision) => ({
      revision: revision.number,
      digest: revision.digest,
      files: revision.paths,
      variableNames: revision.variableNames,
      createdAt: revision.createdAt.toISOString(),
      jobs: jobs.get(revision.number) ?? [],
    })),
    nextCursor: next,
  };
}

/** Returns the answer for a project that no request has created yet. */
function notDeployed(projectId: string) {
  return {
    projectId,
    deploymentStatus: 'not_deployed' as const,
    deploymentJobId: null,
    deploymentOutputs: {},
    terraformState: null,
    stateUncertain: null,
    destroyAt: null,
    lastUpdated: null,
  };
}

function shownState(state: TerraformState, isRaw: boolean, redactor: Redactor) {
  if (isRaw) return { ...state };
  return redactor.redactValues({ ...redactState(state) });
}

function seesRawState(principal: Principal): boolean {
  return hasRole(principal, 'admin');
}
