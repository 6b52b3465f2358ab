import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { skipWithoutPostgres, startPostgres } from '../testing/postgres.ts';
import { byHandEnvironment, commands, timeShell, writeProject } from './by-hand.ts';
import { median, type Row, seconds } from './table.ts';

const rounds = 3;
const projects = 50;
/** The runner's default number of slots on two cores. */
const atOnce = 2;

/** Many small deploys at once, each in its own project, against `xargs -P2` over as many folders. */
export async function manyBench(): Promise<Row[]> {
  const code = await readFile(join(import.meta.dirname, 'stacks/one-resource.tf'), 'utf8');
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const ours: number[] = [];
  const onPostgres: number[] = [];
  const postgres = skipWithoutPostgres() ? undefined : await startPostgres();
  const theirs: number[] = [];
  try {
    const env = await byHandEnvironment(directory);
    for (let round = 1; round <= rounds; round += 1) {
      theirs.push(await byHand(join(directory, `round-${round}`), code, env));
      ours.push(await withEngine(code));
      if (postgres)
        onPostgres.push(
          await withEngine(code, { DATABASE_URL: await postgres.createDatabase(`round_${round}`) }),
        );
      console.error(`  round ${round}: ${seconds(ours.at(-1) ?? 0)} / ${seconds(theirs.at(-1) ?? 0)}`);
    }
  } finally {
    await postgres?.stop();
    await rm(directory, { recursive: true, force: true });
  }
  return [
    {
      what: `${projects} deploys of one builtin resource, ${atOnce} at once, median of ${rounds}`,
      ours: seconds(median(ours)),
      theirs: `${seconds(median(theirs))} by xargs -P${atOnce}`,
      ratio: median(ours) / median(theirs),
      goal: { atMost: 1.3 },
    },
    ...(onPostgres.length > 0
      ? [
          {
            what: 'the same on PostgreSQL',
            ours: seconds(median(onPostgres)),
            theirs: `${seconds(median(theirs))} by xargs -P${atOnce}`,
            ratio: median(onPostgres) / median(theirs),
            goal: { atMost: 1.3 },
          },
        ]
      : []),
  ];
}

async function byHand(directory: string, code: string, env: Record<string, string>): Promise<number> {
  const names = Array.from({ length: projects }, (_, index) => `project-${index}`);
  for (const name of names) await writeProject(join(directory, name), code);
  const script = `printf '%s\\n' ${names.join(' ')} | xargs -P${atOnce} -I{} sh -c 'cd {} && ${commands}'`;
  return timeShell(script, { cwd: directory, env });
}

async function withEngine(code: string, gatewayEnv: Record<string, string> = {}): Promise<number> {
  await using engine = await Engine.start({ gatewayEnv, runnerEnv: { RUNNER_SLOTS: String(atOnce) } });
  const client = createClient(engine.url);
  const startedAt = performance.now();
  const jobs = await Promise.all(
    Array.from({ length: projects }, async (_, index) => {
      const body = { projectId: `project-${index}`, iacCode: code };
      const answer = await client.post('/api/deploy', body);
      if (answer.status !== 202) throw new Error(`POST /api/deploy: ${answer.status}`);
      return String(answer.body.jobId);
    }),
  );
  // One request at a time, for the job expected last: polling must not affect the measurement.
  for (const jobId of jobs.toReversed()) {
    const { status } = await client.finished(jobId, 600_000);
    if (status !== 'completed') throw new Error(`job ${jobId} ended as ${status}`);
  }
  return performance.now() - startedAt;
}
