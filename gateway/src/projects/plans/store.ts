import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { parseTerraformPlan, type TerraformPlan } from '@deployment-engine/terraform-code';
import type { Query } from '../../server/database/open.ts';
import type { Encryption } from '../../server/encryption.ts';
import { planPlace } from './plan-place.ts';
import { sealPlan } from './seal.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export type StoredPlan = {
  jobId: string;
  digest: string;
  stateSerial: number | null;
  stateLineage: string | null;
  createdAt: Date;
};

/** Stores a plan's JSON and its plan file, both encrypted: they contain values in the clear. */
export async function savePlan(
  trx: Query,
  encryption: Encryption,
  plan: Omit<StoredPlan, 'createdAt'> & { json: Uint8Array; file: Uint8Array },
): Promise<void> {
  await trx
    .insertInto('plans')
    .values({
      job_id: plan.jobId,
      digest: plan.digest,
      state_serial: plan.stateSerial,
      state_lineage: plan.stateLineage,
      content: encryption.seal(await compress(plan.json), planPlace(plan.jobId, 'json')),
      plan_file: encryption.seal(plan.file, planPlace(plan.jobId, 'file')),
      seal: await sealPlan(trx, encryption, plan, plan.file),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function findPlan(query: Query, jobId: string): Promise<StoredPlan | undefined> {
  const row = await query
    .selectFrom('plans')
    .select(['job_id', 'digest', 'state_serial', 'state_lineage', 'created_at'])
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  return (
    row && {
      jobId: row.job_id,
      digest: row.digest,
      stateSerial: row.state_serial,
      stateLineage: row.state_lineage,
      createdAt: row.created_at,
    }
  );
}

export async function readPlanJson(
  query: Query,
  encryption: Encryption,
  jobId: string,
): Promise<TerraformPlan> {
  const row = await query
    .selectFrom('plans')
    .select('content')
    .where('job_id', '=', jobId)
    .executeTakeFirstOrThrow();
  const json = await decompress(encryption.open(row.content, planPlace(jobId, 'json')));
  return parseTerraformPlan(json.toString());
}

export async function readPlanFile(
  query: Query,
  encryption: Encryption,
  jobId: string,
): Promise<Buffer | undefined> {
  const row = await query
    .selectFrom('plans')
    .select('plan_file')
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  return row?.plan_file ? encryption.open(row.plan_file, planPlace(jobId, 'file')) : undefined;
}

/** Returns the id of a project's newest job that has a plan; drift jobs do not count. */
export async function newestPlanJobId(query: Query, projectId: string): Promise<string | undefined> {
  const row = await query
    .selectFrom('plans')
    .innerJoin('jobs', 'jobs.id', 'plans.job_id')
    .select('plans.job_id')
    .where('jobs.project_id', '=', projectId)
    .where('jobs.type', '!=', 'drift')
    .orderBy('jobs.seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.job_id;
}
