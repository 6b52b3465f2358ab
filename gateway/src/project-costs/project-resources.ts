import type { Context } from '../context.ts';
import { type NormalisedResource, normalisePlan, normaliseState } from '../costs/index.ts';
import { newestPlanJobId, readPlanJson } from '../plans/store.ts';
import type { ProjectRow } from '../projects/store.ts';
import { listRevisions, readRevisionFiles, readRevisionVariables } from '../revisions/store.ts';
import { readNewestState } from '../states/store.ts';
import { codeResources } from './code-resources.ts';

export type ProjectResources = { source: 'state' | 'plan' | 'code'; resources: NormalisedResource[] };

/** A project's resources from its state, before the first from its newest plan, before that from its code. */
export async function projectResources(context: Context, project: ProjectRow): Promise<ProjectResources> {
  const { query } = context.database;
  const planJobId = await newestPlanJobId(query, project.id);
  const planned = planJobId
    ? normalisePlan(await readPlanJson(query, context.encryption, planJobId))
    : undefined;
  const newest = await readNewestState(query, context.encryption, project.id);
  if (newest && (newest.version.resourceCount > 0 || project.deployment_status === 'destroyed'))
    return { source: 'state', resources: normaliseState(newest.state, planned ? { like: planned } : {}) };
  if (planned) return { source: 'plan', resources: planned };
  const revision = (await listRevisions(query, project.id, { limit: 1 }))[0];
  if (!revision) return { source: 'code', resources: [] };
  const files = await readRevisionFiles(query, revision.digest);
  const variables = await readRevisionVariables(query, context.encryption, project.id, revision.number);
  return { source: 'code', resources: await codeResources(files, variables) };
}
