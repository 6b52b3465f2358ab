import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { awsProblem, startLocalAws } from '../testing/local-aws.ts';
import { byHandEnvironment, commands, timeShell, writeProject } from './by-hand.ts';
import { median, type Row, seconds } from './table.ts';
import { sparesReady } from './warm.ts';

const rounds = 5;

/** Times a deploy, POST to completed, with the AWS provider and a local AWS, against the commands by hand. */
export async function deployBench(): Promise<Row[]> {
  const problem = awsProblem();
  if (problem) return [{ what: 'six AWS resources, POST to completed', ours: `skipped: ${problem}` }];
  const code = await readFile(join(import.meta.dirname, 'stacks/six-resources.tf'), 'utf8');
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const aws = await startLocalAws();
  try {
    await using engine = await Engine.start({ gatewayEnv: aws.env, runnerEnv: { WARM_PROVIDERS: '1' } });
    const client = createClient(engine.url);
    const env = await byHandEnvironment(directory, aws.env);
    const ours = async (round: number) => {
      await aws.reset();
      const startedAt = performance.now();
      await client.complete('/api/deploy', { projectId: `round-${round}`, iacCode: code });
      return performance.now() - startedAt;
    };
    const theirs = async (round: number) => {
      await aws.reset();
      const cwd = join(directory, `round-${round}`);
      await writeProject(cwd, code);
      return timeShell(commands, { cwd, env });
    };
    const first = { theirs: await theirs(0), ours: await ours(0) };
    const times = { theirs: [] as number[], ours: [] as number[] };
    for (let round = 1; round <= rounds; round += 1) {
      await sparesReady(client);
      times.theirs.push(await theirs(round));
      times.ours.push(await ours(round));
      console.error(
        `  round ${round}: ${seconds(times.ours.at(-1) ?? 0)} / ${seconds(times.theirs.at(-1) ?? 0)}`,
      );
    }
    const goal = { atMost: 0.22 };
    return [
      row(
        `six AWS resources, POST to completed, median of ${rounds}`,
        median(times.ours),
        median(times.theirs),
        goal,
      ),
      row("the same on an engine's first deploy", first.ours, first.theirs, { atMost: 0.4 }),
    ];
  } finally {
    await aws.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function row(what: string, oursMs: number, theirsMs: number, goal?: Row['goal']): Row {
  return {
    what,
    ours: seconds(oursMs),
    theirs: `${seconds(theirsMs)} by hand`,
    ratio: oursMs / theirsMs,
    ...(goal ? { goal } : {}),
  };
}
