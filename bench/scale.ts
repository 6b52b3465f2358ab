import { readFileSync } from 'node:fs';
import pg from 'pg';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { type Postgres, skipWithoutPostgres, startPostgres } from '../testing/postgres.ts';
import { median, percentile, type Row } from './table.ts';

const small = { projects: 100, jobs: 1000 };
const large = { projects: 10_000, jobs: 100_000 };
const requests = 3000;
const concurrency = 8;

/** Measures memory and latency of list and status with many stored jobs, against few. */
export async function scaleBench(): Promise<Row[]> {
  const skipped = skipWithoutPostgres();
  if (skipped) return [{ what: 'list and status at scale', ours: `skipped: ${skipped}` }];
  const postgres = await startPostgres();
  try {
    const few = await measure(postgres, 'few', small);
    const many = await measure(postgres, 'many', large);
    return [
      row('status of any job, p99', many.status, few.status),
      row('page of all jobs, p99', many.jobs, few.jobs),
      row("page of one project's jobs, p99", many.projectJobs, few.projectJobs),
      row('page of projects, p99', many.projects, few.projects),
      {
        what: 'gateway memory after it',
        ours: `${many.memoryMb} MB with ${large.jobs} jobs`,
        theirs: `${few.memoryMb} MB with ${small.jobs}`,
      },
    ];
  } finally {
    await postgres.stop();
  }
}

type Size = { projects: number; jobs: number };

function row(what: string, many: number[], few: number[]): Row {
  const show = (values: number[], jobs: number) =>
    `${percentile(values, 0.99).toFixed(1)} ms with ${jobs} jobs (p50 ${median(values).toFixed(1)})`;
  return {
    what,
    ours: show(many, large.jobs),
    theirs: show(few, small.jobs),
    ratio: percentile(many, 0.99) / percentile(few, 0.99),
    goal: { atMost: 2 },
  };
}

async function measure(postgres: Postgres, name: string, size: Size) {
  const databaseUrl = await postgres.createDatabase(name);
  await using engine = await Engine.start({ gatewayEnv: { DATABASE_URL: databaseUrl } });
  await fillDatabase(databaseUrl, size);
  const client = createClient(engine.url);
  const job = () => `deploy-${1_700_000_000_000 + Math.floor(Math.random() * size.jobs)}-aaaaaa`;
  const project = () => `p${Math.floor(Math.random() * size.projects)}`;
  return {
    status: await timings(() => client.get(`/api/deploy/status/${job()}`)),
    jobs: await timings(() => client.get('/api/deploy/jobs?limit=50')),
    projectJobs: await timings(() => client.get(`/api/deploy/jobs?projectId=${project()}`)),
    projects: await timings(() => client.get('/api/deploy/projects?limit=50')),
    memoryMb: residentMb(engine.gateway?.pid ?? 0),
  };
}

/** Inserts finished jobs, spread evenly over the projects. */
async function fillDatabase(url: string, size: Size): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `insert into projects (id) select 'p' || n from generate_series(0, ${size.projects - 1}) n`,
  );
  await client.query(`
    insert into jobs (id, project_id, type, status, result, started_at, finished_at)
    select 'deploy-' || (1700000000000 + n) || '-aaaaaa', 'p' || (n % ${size.projects}), 'deploy', 'completed',
      '{"message":"Infrastructure deployed successfully","logs":"${'x'.repeat(500)}","outputs":{}}', now(), now()
    from generate_series(0, ${size.jobs - 1}) n`);
  await client.query('analyze');
  await client.end();
}

/** Returns the milliseconds of each request, after a warm-up. */
export async function timings(request: () => Promise<{ status: number }>): Promise<number[]> {
  for (let index = 0; index < 200; index += 1) await request();
  const found: number[] = [];
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let index = 0; index < requests / concurrency; index += 1) {
        const started = performance.now();
        const { status } = await request();
        if (status !== 200) throw new Error(`measuring: a request was answered with ${status}`);
        found.push(performance.now() - started);
      }
    }),
  );
  return found;
}

export function residentMb(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
