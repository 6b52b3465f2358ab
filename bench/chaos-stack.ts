import { parseArgs } from 'node:util';
import type { FaultName } from '../e2e/chaos/faults.ts';
import { awsCrates, builtinCrates, crates } from '../e2e/chaos/pipeline/crates.ts';
import {
  type Moment,
  type PipelineRoundResult,
  pipelineRound,
} from '../e2e/chaos/pipeline/pipeline-round.ts';
import { pick, seededRandom } from '../e2e/chaos/random.ts';
import { createWorld, type World } from '../e2e/chaos/world.ts';
import { createClient } from '../testing/client.ts';
import { awsProblem } from '../testing/local-aws.ts';
import { skipWithoutPostgres } from '../testing/postgres.ts';
import type { Row } from './table.ts';

/** Faults that concern what conducts a pipeline; `chaos` injects the others. */
const stackFaults = [
  'kill-gateway',
  'kill-runner',
  'kill-terraform',
  'kill-provider',
  'kill-all',
  'kill-postgres',
  'cancel',
  'cancel-now',
  'pause-gateway',
] as const satisfies FaultName[];

const commandOptions = {
  rounds: { type: 'string', default: '9' },
  first: { type: 'string', default: '0' },
  seed: { type: 'string', default: '1' },
  faults: { type: 'string', default: stackFaults.join() },
  builtin: { type: 'boolean', default: false },
} as const;

/**
 * Injects a fault while a stack is deployed, and another one while it is destroyed, each kind in turn, at random moments of
 * every wave. Options: `--rounds N` (9), `--first N` (0; number of the first round, to split a long run), `--seed N`,
 * `--faults a,b` (all), `--builtin` (no AWS: cheaper, but only the states say what exists). Prints one line per round and a table; exits with 1 if a promise was broken.
 */
export async function chaosStackBench(argv: string[] = []): Promise<Row[]> {
  const { values } = parseArgs({ args: argv, options: commandOptions });
  const problem = awsProblem() ?? skipWithoutPostgres();
  if (problem) return [{ what: 'a stack with faults', ours: `skipped: ${problem}` }];
  const [first, seed] = [Number(values.first), Number(values.seed)];
  const asked = values.faults.split(',');
  const chosen = stackFaults.filter(
    (name) => asked.includes(name) && (name !== 'kill-provider' || !values.builtin),
  );
  const results: PipelineRoundResult[] = [];
  let world: World | undefined;
  try {
    for (let index = first; index < first + Number(values.rounds); index += 1) {
      world ??= await createWorld(seededRandom(seed + index));
      const result = await playRound(world, { index, seed, chosen, isBuiltin: values.builtin });
      console.log(JSON.stringify({ round: index, ...result }));
      results.push(result);
      if (!result.isUnfinished) continue;
      console.log(world.engine.gateway?.output().slice(-2000));
      await world[Symbol.asyncDispose](); // the next round gets a new one
      world = undefined;
    }
  } finally {
    await world?.[Symbol.asyncDispose]();
  }
  console.table(chosen.map((fault) => summary(fault, results)));
  const broken = results.filter((result) => result.broken.length > 0).length;
  console.log(`${results.length} rounds, seed ${seed}: ${broken} with a broken promise`);
  if (broken > 0) process.exitCode = 1;
  return [];
}

type Chosen = { index: number; seed: number; chosen: FaultName[]; isBuiltin: boolean };
type Result = PipelineRoundResult & { isUnfinished?: boolean };

async function playRound(world: World, { index, seed, chosen, isBuiltin }: Chosen): Promise<Result> {
  const random = seededRandom(seed * 1000 + index);
  const momentOf = (place: number): Moment => ({
    fault: chosen[place % chosen.length] ?? 'kill-gateway',
    ended: Math.floor(random() * Object.keys(crates).length),
    step: pick(random, ['plan', 'apply', 'apply']),
  });
  const [deploy, destroy] = [momentOf(index), momentOf(index + 4)];
  const options = { environment: `s${seed}r${index}`, autoApprove: index % 2 === 0, deploy, destroy };
  try {
    const sort = isBuiltin ? builtinCrates(createClient(world.engine.url)) : awsCrates(world.aws);
    return await pipelineRound(world, sort, options);
  } catch (error) {
    const broken = [`the round itself failed: ${error instanceof Error ? error.message : error}`];
    const unknown = { during: false, reached: 0, status: 'unknown', resumed: 0, approvals: 0, recoveryMs: 0 };
    return {
      deploy: { ...deploy, ...unknown },
      destroy: { ...destroy, ...unknown },
      broken,
      isUnfinished: true,
    };
  }
}

function summary(fault: FaultName, results: PipelineRoundResult[]) {
  const outcomes = results
    .flatMap(({ deploy, destroy }) => [deploy, destroy])
    .filter((outcome) => outcome.fault === fault);
  const recovery = outcomes.map(({ recoveryMs }) => recoveryMs).sort((a, b) => a - b);
  const count = (is: (outcome: (typeof outcomes)[number]) => boolean) => outcomes.filter(is).length;
  const seconds = (milliseconds: number | undefined) => Math.round((milliseconds ?? 0) / 100) / 10;
  return {
    fault,
    pipelines: outcomes.length,
    'during a job': count(({ during }) => during),
    completed: count(({ status }) => status === 'completed'),
    'not everything': count(({ status }) => status !== 'completed'),
    resumptions: outcomes.reduce((sum, { resumed }) => sum + resumed, 0),
    approvals: outcomes.reduce((sum, { approvals }) => sum + approvals, 0),
    'to the end p50 s': seconds(recovery[Math.floor(recovery.length / 2)]),
    'to the end max s': seconds(recovery.at(-1)),
  };
}
