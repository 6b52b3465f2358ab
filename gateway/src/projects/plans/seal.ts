import { createHash } from 'node:crypto';
import type { Query } from '../../server/database/open.ts';
import type { Encryption } from '../../server/encryption.ts';
import { planPlace } from './plan-place.ts';

type SealedPlan = {
  jobId: string;
  digest: string;
  stateSerial: number | null;
  stateLineage: string | null;
};

/**
 * Binds a plan to its job, project, code, variables, state and file. The seal is authenticated with the engine's
 * key, so that write access to the database is not enough to forge one.
 */
export async function sealPlan(
  query: Query,
  encryption: Encryption,
  plan: SealedPlan,
  file: Uint8Array,
): Promise<Buffer> {
  return encryption.seal(Buffer.from(await boundText(query, plan, file)), planPlace(plan.jobId, 'seal'));
}

/** Whether everything that the seal binds is unchanged since the plan was made. False for a plan without a seal. */
export async function isSealIntact(query: Query, encryption: Encryption, plan: SealedPlan): Promise<boolean> {
  const row = await query
    .selectFrom('plans')
    .select(['seal', 'plan_file'])
    .where('job_id', '=', plan.jobId)
    .executeTakeFirstOrThrow();
  const sealed = opened(encryption, row.seal, planPlace(plan.jobId, 'seal'));
  const file = opened(encryption, row.plan_file, planPlace(plan.jobId, 'file'));
  return (
    sealed !== undefined && file !== undefined && sealed.toString() === (await boundText(query, plan, file))
  );
}

/** Returns `undefined` if a value is missing, was changed, or is sealed for another place or with an unknown key. */
function opened(encryption: Encryption, value: Uint8Array | null, place: string): Buffer | undefined {
  try {
    return value ? encryption.open(value, place) : undefined;
  } catch {
    return undefined;
  }
}

async function boundText(query: Query, plan: SealedPlan, file: Uint8Array): Promise<string> {
  const row = await query
    .selectFrom('jobs')
    .leftJoin('revisions', (join) =>
      join
        .onRef('revisions.project_id', '=', 'jobs.project_id')
        .onRef('revisions.number', '=', 'jobs.revision'),
    )
    .select(['jobs.project_id', 'jobs.type', 'revisions.digest', 'revisions.variables_digest'])
    .where('jobs.id', '=', plan.jobId)
    .executeTakeFirstOrThrow();
  return JSON.stringify({
    jobId: plan.jobId,
    type: row.type,
    projectId: row.project_id,
    planDigest: plan.digest,
    planSha256: createHash('sha256').update(file).digest('hex'),
    code: row.digest,
    variables: row.variables_digest,
    stateSerial: plan.stateSerial,
    stateLineage: plan.stateLineage,
  });
}
