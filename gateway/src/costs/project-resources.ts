import { usageFileName } from '@deployment-engine/contracts';
import {
  type NormalisedResource,
  normalisePlan,
  normalisePlanBefore,
  normaliseState,
  type UnfollowedModule,
} from '@deployment-engine/pricing';
import type { Context } from '../context.ts';
import { madeFrom } from '../projects/plans/made-from.ts';
import { findPlan, newestPlanJobId, readPlanJson } from '../projects/plans/store.ts';
import {
  findRevision,
  listRevisions,
  type Revision,
  readRevisionFiles,
  readRevisionVariables,
} from '../projects/revisions/store.ts';
import { readNewestState } from '../projects/states/store.ts';
import { isDestroyed, type ProjectRow } from '../projects/store.ts';
import { codeResources } from './code-resources.ts';
import { inDefaultRegion } from './default-region.ts';
import type { CostRequest } from './estimate-costs.ts';

export type ProjectResources = {
  source: 'state' | 'plan' | 'code';
  resources: NormalisedResource[];
  /** Resources after applying a plan that is newer than the state. */
  planned?: NormalisedResource[];
  /** Files of the code that do not parse. */
  unreadable?: string[];
  /** Calls of modules that are not in the code; only a plan reads them. */
  unfollowed?: UnfollowedModule[];
};

/** Returns a project's resources from its state; without one, from its newest plan; without a plan, from its code. */
export async function projectResources(context: Context, project: ProjectRow): Promise<ProjectResources> {
  const { query } = context.database;
  const planJobId = await newestPlanJobId(query, project.id);
  const planned = planJobId ? (await plannedResources(context, planJobId)).after : undefined;
  const newest = await readNewestState(query, context.encryption, project.id);
  if (newest && (newest.version.resourceCount > 0 || isDestroyed(project))) {
    const resources = stateResources(context, newest.state, planned);
    const plan = planJobId ? await findPlan(query, planJobId) : undefined;
    const isNewer = plan !== undefined && madeFrom(plan, newest.version);
    return { source: 'state', resources, ...(planned && isNewer ? { planned } : {}) };
  }
  if (planned) return { source: 'plan', resources: planned };
  const revision = await newestRevision(context, project.id);
  if (!revision) return { source: 'code', resources: [] };
  const files = await readRevisionFiles(query, revision.digest);
  const variables = await readRevisionVariables(query, context.encryption, project.id, revision.number);
  const { resources, ...missing } = await codeResources(files, variables);
  return { source: 'code', resources: inDefaultRegion(context.config, resources), ...missing };
}

/** Returns the resources before and after applying a job's plan. */
export async function plannedResources(
  context: Context,
  jobId: string,
): Promise<{ after: NormalisedResource[]; before: NormalisedResource[] }> {
  const plan = await readPlanJson(context.database.query, context.encryption, jobId);
  return {
    after: inDefaultRegion(context.config, normalisePlan(plan)),
    before: inDefaultRegion(context.config, normalisePlanBefore(plan)),
  };
}

export function stateResources(
  { config }: Context,
  state: unknown,
  planned?: NormalisedResource[],
): NormalisedResource[] {
  return inDefaultRegion(config, normaliseState(state, planned ? { like: planned } : {}));
}

/** Returns the usage file of a revision, by default of the newest one. */
export async function storedUsage(
  context: Context,
  projectId: string,
  number?: number | null,
): Promise<CostRequest['usage']> {
  const { query } = context.database;
  const revision =
    number == null ? await newestRevision(context, projectId) : await findRevision(query, projectId, number);
  if (!revision?.paths.includes(usageFileName)) return undefined;
  const content = (await readRevisionFiles(query, revision.digest)).get(usageFileName)?.toString('utf8');
  return content === undefined ? undefined : { content, pointer: `/files/${usageFileName}` };
}

async function newestRevision({ database }: Context, projectId: string): Promise<Revision | undefined> {
  return (await listRevisions(database.query, projectId, { limit: 1 }))[0];
}
