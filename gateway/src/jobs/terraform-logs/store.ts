import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { Query } from '../../server/database/open.ts';
import type { Encryption } from '../../server/encryption.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Associated data that binds a sealed log to its job and runner. */
export function terraformLogPlace(jobId: string, runnerUrl: string): string {
  return `terraform_logs/${jobId}/${runnerUrl}`;
}

/** Stores a runner's log of a job; replaces its earlier one. */
export async function saveTerraformLog(
  trx: Query,
  encryption: Encryption,
  log: { jobId: string; runnerUrl: string; text: string },
): Promise<void> {
  const place = terraformLogPlace(log.jobId, log.runnerUrl);
  const content = encryption.seal(await compress(Buffer.from(log.text)), place);
  await trx
    .insertInto('terraform_logs')
    .values({ job_id: log.jobId, runner_url: log.runnerUrl, content })
    .onConflict((conflict) => conflict.columns(['job_id', 'runner_url']).doUpdateSet({ content }))
    .execute();
}

/** Returns a job's logs, one per runner, in the order in which the runners had the job. */
export async function readTerraformLogs(
  query: Query,
  encryption: Encryption,
  jobId: string,
): Promise<string[]> {
  const rows = await query
    .selectFrom('terraform_logs')
    .select(['runner_url', 'content'])
    .where('job_id', '=', jobId)
    .orderBy('created_at')
    .execute();
  return Promise.all(
    rows.map(async ({ runner_url, content }) =>
      (await decompress(encryption.open(content, terraformLogPlace(jobId, runner_url)))).toString(),
    ),
  );
}
