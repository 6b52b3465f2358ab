import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type Client, createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { skipWithoutPostgres, startPostgres } from '../testing/postgres.ts';
import { timings } from './scale.ts';
import { median, percentile, type Row } from './table.ts';

const few = 1000;
const many = 100_000;
/** A tenant has 100 deployments at either size. */
const ofTenant = 100;

/** Measures lists of deployments with many stored ones, against few, for an admin and for a tenant of 100. */
export async function deploymentsBench(): Promise<Row[]> {
  const skipped = skipWithoutPostgres();
  if (skipped) return [{ what: 'lists of deployments', ours: `skipped: ${skipped}` }];
  const postgres = await startPostgres();
  try {
    const small = await measure(await postgres.createDatabase('few'), few);
    const large = await measure(await postgres.createDatabase('many'), many);
    return Object.entries(large).map(([what, values]) => row(what, values, small[what] ?? []));
  } finally {
    await postgres.stop();
  }
}

function row(what: string, large: number[], small: number[]): Row {
  const show = (values: number[], count: number) =>
    `${percentile(values, 0.99).toFixed(1)} ms with ${count} (p50 ${median(values).toFixed(1)})`;
  return {
    what: `${what}, p99`,
    ours: show(large, many),
    theirs: show(small, few),
    ratio: percentile(large, 0.99) / percentile(small, 0.99),
    goal: { atMost: 2 },
  };
}

async function measure(databaseUrl: string, count: number): Promise<Record<string, number[]>> {
  await using engine = await Engine.start({
    gatewayEnv: { DATABASE_URL: databaseUrl, AUTH: 'required', RATE_LIMIT_PER_MINUTE: '1000000' },
  });
  await fillDatabase(databaseUrl, count);
  const key = (await readFile(join(engine.directory, 'data', 'admin.key'), 'utf8')).trim();
  const admin = createClient(engine.url, { authorization: `Bearer ${key}` });
  const tenant = await tenantClient(engine.url, admin);
  const list = (client: Client, query: string) =>
    timings(() => client.get(`/api/deployments?limit=50${query}`));
  const { body } = await admin.get(`/api/deployments?limit=50&offset=${count / 2}`);
  return {
    'page of all': await list(admin, ''),
    'page from the middle, by cursor': await list(admin, `&cursor=${body.next_cursor}`),
    'page of one environment': await list(admin, '&environment_id=env-7'),
    'page of a status that few have': await list(admin, '&status=failed'),
    "page of a tenant's": await list(tenant, ''),
    "page of a tenant's in one environment": await list(tenant, '&environment_id=env-7'),
    'one deployment': await timings(() => admin.get(`/api/deployments/${idOf(Math.floor(count / 3))}`)),
  };
}

async function tenantClient(url: string, admin: Client): Promise<Client> {
  const { body } = await admin.post('/api/keys', { name: 'tenant', role: 'deployer', projects: ['t3.*'] });
  return createClient(url, { authorization: `Bearer ${body.key}` });
}

const idOf = (number: number) => `dep-${1_700_000_000_000 + number}-aaaaaaaa`;

/** Inserts deployments that have completed, each with its project and its job. */
async function fillDatabase(url: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const id = `'dep-' || (1700000000000 + n) || '-aaaaaaaa'`;
  const project = `'t' || (n % ${count / ofTenant}) || '.' || ${id}`;
  const all = `from generate_series(0, ${count - 1}) n`;
  await client.query(`insert into projects (id) select ${project} ${all}`);
  await client.query(`
    insert into jobs (id, project_id, type, status, result, started_at, finished_at)
    select 'deploy-' || (1700000000000 + n) || '-aaaaaa', ${project}, 'deploy', 'completed',
      '{"message":"Infrastructure deployed successfully","logs":"","outputs":{}}', now(), now() ${all}`);
  await client.query(`
    insert into deployments (id, project_id, name, provider, cloud_account_id, environment_id, template_type, template_digest,
      parameter_names, is_dry_run, auto_approve, job_id, status, created_by)
    select ${id}, ${project}, 'name ' || n, 'aws', 'account-' || (n % 20), 'env-' || (n % 10), 'terraform', repeat('a', 64),
      '[]', false, true, 'deploy-' || (1700000000000 + n) || '-aaaaaa',
      case when n % 500 = 0 then 'failed' else 'completed' end, 'key' ${all}`);
  await client.query('analyze');
  await client.end();
}
