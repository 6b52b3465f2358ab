import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { skipWithoutPostgres, startPostgres } from '../testing/postgres.ts';
import { shellEnv } from '../testing/slow-code.ts';
import { percentile, type Row } from './table.ts';

const jobs = 200;

/** Replaces Terraform and fails at once, so that only the time from queue to worker is measured. */
const fakeTerraform = '#!/bin/sh\n[ "$1" = version ] && echo "Terraform v1.11.4" && exit 0\nexit 1\n';

/** Measures the time from queued to claimed, for jobs that come one at a time, from the job's own record. */
export async function queueBench(): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const terraform = join(directory, 'terraform');
    await writeFile(terraform, fakeTerraform);
    await chmod(terraform, 0o755);
    const rows = [await measure('embedded database', terraform)];
    const skipped = skipWithoutPostgres();
    if (skipped) return [...rows, { what: 'queued to started, PostgreSQL', ours: `skipped: ${skipped}` }];
    const postgres = await startPostgres();
    try {
      rows.push(await measure('PostgreSQL', terraform, await postgres.createDatabase('bench')));
    } finally {
      await postgres.stop();
    }
    return rows;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function measure(database: string, terraform: string, databaseUrl?: string): Promise<Row> {
  await using engine = await Engine.start({
    runnerEnv: { TERRAFORM_BINARY_PATH: terraform, ...shellEnv },
    gatewayEnv: databaseUrl ? { DATABASE_URL: databaseUrl } : {},
  });
  const client = createClient(engine.url);
  const waits: number[] = [];
  for (let index = 0; index < jobs; index += 1) {
    const body = { projectId: `project-${index % 10}`, iacCode: 'locals {}\n' };
    const { jobId } = (await client.post('/api/deploy/plan', body)).body;
    const job = await client.finished(jobId);
    if (!job.processingTime) throw new Error(`job ${jobId} never started`);
    waits.push(Date.parse(job.processingTime) - Date.parse(job.startTime));
  }
  return {
    what: `queued to started, ${database}, ${jobs} jobs one at a time`,
    ours: `p50 ${percentile(waits, 0.5)} ms, p99 ${percentile(waits, 0.99)} ms`,
  };
}
