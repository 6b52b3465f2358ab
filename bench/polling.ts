import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { readyPort, startChild } from '../testing/child.ts';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { median, type Row } from './table.ts';

const rounds = 3;
const roundSeconds = 5;
const connections = 20;

type Figures = { perSecond: number; p99Ms: number };

/** Polls a job's status, against a bare Express handler in its own process that returns the same JSON. */
export async function pollingBench(): Promise<Row[]> {
  await using engine = await Engine.start();
  const client = createClient(engine.url);
  const code = await readFile(join(import.meta.dirname, 'stacks/one-resource.tf'), 'utf8');
  const job = await client.complete('/api/deploy', { projectId: 'polled', iacCode: code });
  const bare = startChild(
    process.execPath,
    [join(import.meta.dirname, 'bare-express.ts'), JSON.stringify(job)],
    {
      env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production' },
      ipc: true,
    },
  );
  try {
    const bareUrl = `http://127.0.0.1:${await readyPort('the bare handler', bare)}/`;
    const url = `${engine.url}/api/deploy/status/${job.jobId}`;
    await load(bareUrl, 2);
    await load(url, 2);
    const ours: Figures[] = [];
    const theirs: Figures[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      theirs.push(await load(bareUrl, roundSeconds));
      ours.push(await load(url, roundSeconds));
    }
    return rowsOf(ours, theirs, JSON.stringify(job).length);
  } finally {
    await bare.stop();
  }
}

async function load(url: string, duration: number): Promise<Figures> {
  const result = await autocannon({ url, connections, duration });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`polling ${url}: ${result.non2xx} refused, ${result.errors} errors`);
  return { perSecond: result.requests.average, p99Ms: result.latency.p99 };
}

function rowsOf(ours: Figures[], theirs: Figures[], bytes: number): Row[] {
  const perSecond = (figures: Figures[]) => median(figures.map((figure) => figure.perSecond));
  const p99 = (figures: Figures[]) => median(figures.map((figure) => figure.p99Ms));
  return [
    {
      what: `status requests per second, ${connections} connections, ${bytes} bytes, median of ${rounds}`,
      ours: perSecond(ours).toFixed(0),
      theirs: `${perSecond(theirs).toFixed(0)} by a bare handler`,
      ratio: perSecond(ours) / perSecond(theirs),
      goal: { atLeast: 0.5 },
    },
    { what: 'p99 of the same', ours: `${p99(ours)} ms`, theirs: `${p99(theirs)} ms by a bare handler` },
  ];
}
