import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  embeddedBookPath,
  estimate,
  normalisePlan,
  type PriceBook,
  readPriceBook,
} from '@deployment-engine/pricing';
import { parseTerraformPlan, type TerraformPlan } from '@deployment-engine/terraform-code';
import { median, type Row, renderTable } from './table.ts';

const planSize = 2000;
const maxBookMs = 50;
const maxPlanMs = 100;

const casesDir = resolve(process.env.COST_BENCH_DIR ?? join(import.meta.dirname, '../../shared/cost-bench'));

/** Scores the estimator against reference reports, then times it. */
export async function costsBench(): Promise<Row[]> {
  const bookMs = timeOf(() => readPriceBook(embeddedBookPath));
  const book = readPriceBook(embeddedBookPath);
  if (existsSync(casesDir)) {
    console.log(score(book));
  } else {
    console.log(`no cost cases at ${casesDir}; set COST_BENCH_DIR`);
  }
  const plan = planOf(planSize);
  const run = () => estimate(normalisePlan(plan), { priceBook: book });
  const firstMs = timeOf(run);
  const laterMs = median(Array.from({ length: 9 }, () => timeOf(run)));
  return [
    { what: 'price book loaded', ours: `${bookMs} ms`, ...within(bookMs, maxBookMs) },
    {
      what: `plan of ${planSize} resources priced, median of nine`,
      ours: `${laterMs} ms`,
      ...within(laterMs, maxPlanMs),
    },
    { what: 'the same, first time in a process', ours: `${firstMs} ms` },
  ];
}

function within(ms: number, maxMs: number): Partial<Row> {
  return { theirs: `${maxMs} ms allowed`, ratio: ms / maxMs, goal: { atMost: 1 } };
}

function score(priceBook: PriceBook): string {
  const results = mkdtempSync(join(tmpdir(), 'costs-bench-'));
  try {
    for (const name of readdirSync(casesDir)) {
      const folder = join(casesDir, name);
      if (!existsSync(join(folder, 'plan.json'))) continue;
      const usagePath = join(folder, 'usage.yml');
      const usage = existsSync(usagePath) ? { usage: readFileSync(usagePath, 'utf8') } : {};
      const plan = parseTerraformPlan(readFileSync(join(folder, 'plan.json'), 'utf8'));
      const answer = estimate(normalisePlan(plan), { ...usage, priceBook });
      writeFileSync(join(results, `${name}.json`), JSON.stringify(answer));
    }
    const scorer = join(casesDir, 'score.mjs');
    return execFileSync(process.execPath, [scorer, casesDir, results], { encoding: 'utf8' });
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/** Builds a plan with instances, volumes, buckets and databases in equal parts. */
function planOf(count: number): TerraformPlan {
  const kinds: [string, Record<string, unknown>][] = [
    [
      'aws_instance',
      { instance_type: 'm5.large', root_block_device: [{ volume_size: 20, volume_type: 'gp3' }] },
    ],
    ['aws_ebs_volume', { type: 'gp3', size: 100, iops: 4000 }],
    ['aws_s3_bucket', {}],
    ['aws_db_instance', { engine: 'postgres', instance_class: 'db.m5.large', allocated_storage: 50 }],
  ];
  const changes = Array.from({ length: count }, (_, index) => {
    const [type, after] = kinds[index % kinds.length] as (typeof kinds)[number];
    const change = { actions: ['create'], before: null, after, after_unknown: {} };
    return { address: `${type}.r${index}`, mode: 'managed', type, name: `r${index}`, change };
  });
  const resources = changes.map(({ address, type, name }) => ({
    address,
    mode: 'managed',
    type,
    name,
    provider_config_key: 'aws',
  }));
  const provider_config = { aws: { name: 'aws', expressions: { region: { constant_value: 'us-east-1' } } } };
  return { resource_changes: changes, configuration: { provider_config, root_module: { resources } } };
}

function timeOf(run: () => unknown): number {
  const start = performance.now();
  run();
  return Math.round((performance.now() - start) * 10) / 10;
}

if (import.meta.main) console.log(renderTable(await costsBench()));
