import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { awsProblem, startLocalAws } from '../testing/local-aws.ts';
import { median, percentile, type Row, seconds } from './table.ts';

const rounds = 15;

/** Measures the cost of sandbox and egress proxy: the same deploy on two engines, with and without. */
export async function sandboxBench(): Promise<Row[]> {
  const problem = awsProblem();
  if (problem) return [{ what: 'six AWS resources in the sandbox', ours: `skipped: ${problem}` }];
  const code = await readFile(join(import.meta.dirname, 'stacks/six-resources.tf'), 'utf8');
  const aws = await startLocalAws();
  try {
    await using on = await Engine.start({ gatewayEnv: aws.env, runnerEnv: { SANDBOX: 'bwrap' } });
    await using off = await Engine.start({ gatewayEnv: aws.env, runnerEnv: { SANDBOX: 'off' } });
    const deploy = async (engine: Engine, round: number) => {
      await aws.reset();
      const startedAt = performance.now();
      await createClient(engine.url).complete('/api/deploy', { projectId: `round-${round}`, iacCode: code });
      return performance.now() - startedAt;
    };
    for (const engine of [on, off]) await deploy(engine, 0);
    const times = { on: [] as number[], off: [] as number[] };
    for (let round = 1; round <= rounds; round += 1) {
      // They alternate in order, so that neither always runs second.
      for (const mode of round % 2 ? (['on', 'off'] as const) : (['off', 'on'] as const))
        times[mode].push(await deploy(mode === 'on' ? on : off, round));
    }
    return [
      {
        what: `six AWS resources in the sandbox, median of ${rounds} (quartiles)`,
        ours: spread(times.on),
        theirs: `${spread(times.off)} with SANDBOX=off`,
        ratio: median(times.on) / median(times.off),
        goal: { atMost: 1.05 },
      },
    ];
  } finally {
    await aws.stop();
  }
}

function spread(times: number[]): string {
  return `${seconds(median(times))} (${seconds(percentile(times, 0.25))}–${seconds(percentile(times, 0.75))})`;
}
