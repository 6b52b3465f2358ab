import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { waitFor } from '../testing/wait.ts';
import { percentile, type Row } from './table.ts';

const deploys = 50;
const polls = 2000;
const atOnce = 8;

type Facts = { maxMs: number; p99Ms: number; peakBytes: number };

/** Measures the slowest answers: polls beside many deploys, and what large logs and plans do to the event loop. */
export async function tailsBench(): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const file = join(directory, 'loop-delay.json');
  const preload = join(import.meta.dirname, 'loop-delay.ts');
  try {
    const policy = join(directory, 'policy.json');
    await writeFile(policy, JSON.stringify({ enforce: { blastRadius: { maxResources: null } } }));
    await using engine = await Engine.start({
      gatewayEnv: { NODE_OPTIONS: `--import ${preload}`, LOOP_DELAY_FILE: file, POLICY_FILE: policy },
    });
    const client = createClient(engine.url);
    const facts = async (): Promise<Facts> => {
      await rm(file, { force: true });
      engine.gateway?.process.kill('SIGUSR2');
      return waitFor('the facts', () => readFile(file, 'utf8').then(JSON.parse, () => undefined));
    };
    const code = await readFile(join(import.meta.dirname, 'stacks/one-resource.tf'), 'utf8');
    await client.complete('/api/deploy', { projectId: 'warm-up', iacCode: code });
    const beside = await besideDeploys(client, code);
    await facts();
    return [
      beside,
      ...(await large(client, facts, 'log of 20,000 lines', 'deploy', 5000)),
      ...(await large(client, facts, 'plan of 2,000 resources', 'plan', 2000)),
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function besideDeploys(client: Client, iacCode: string): Promise<Row> {
  const ids = await Promise.all(
    Array.from({ length: deploys }, async (_, index) =>
      String((await client.post('/api/deploy', { projectId: `p${index}`, iacCode })).body.jobId),
    ),
  );
  const times: number[] = [];
  const poll = async (worker: number) => {
    for (let index = worker; index < polls; index += atOnce) {
      const startedAt = performance.now();
      await client.get(`/api/deploy/status/${ids[index % ids.length]}`);
      times.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, worker) => poll(worker)));
  for (const id of ids) await client.finished(id);
  return limit(`status beside ${deploys} deploys, p99 of ${polls}`, percentile(times, 0.99), 25);
}

async function large(
  client: Client,
  facts: () => Promise<Facts>,
  what: string,
  kind: 'deploy' | 'plan',
  count: number,
): Promise<Row[]> {
  const blocks = Array.from({ length: Math.ceil(count / maxCount) }, (_, index) =>
    block(index, Math.min(maxCount, count - index * maxCount)),
  );
  const iacCode = blocks.join('');
  const { peakBytes: before } = await facts();
  await client.complete(kind === 'plan' ? '/api/deploy/plan' : '/api/deploy', {
    projectId: `${kind}-many`,
    iacCode,
  });
  const { maxMs, peakBytes } = await facts();
  const grown = (Math.max(0, peakBytes - before) / 1024 / 1024).toFixed(0);
  return [
    limit(`${what}: the gateway's event loop is blocked at most`, maxMs, 50),
    { what: `${what}: the gateway's memory grows by`, ours: `${grown} MB` },
  ];
}

/** Code that asks for more objects of one block is refused. */
const maxCount = 1000;

function block(index: number, count: number): string {
  return `resource "terraform_data" "many_${index}" {\n  count = ${count}\n  input = "value \${count.index}"\n}\n`;
}

function limit(what: string, ms: number, atMost: number): Row {
  return { what, ours: `${ms.toFixed(0)} ms`, ratio: ms, goal: { atMost } };
}
