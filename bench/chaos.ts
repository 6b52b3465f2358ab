import { parseArgs } from 'node:util';
import { type FaultName, faultNames } from '../e2e/chaos/faults.ts';
import { seededRandom } from '../e2e/chaos/random.ts';
import { chaosRound, type RoundResult } from '../e2e/chaos/round.ts';
import { sizeOf, wholeStack } from '../e2e/chaos/stack.ts';
import { createWorld, type World } from '../e2e/chaos/world.ts';
import { awsProblem } from '../testing/local-aws.ts';
import { skipWithoutPostgres } from '../testing/postgres.ts';

/** The fault happens after this many tenths of the resources, one tenth after the other. */
const tenths = 10;
const resources = sizeOf(wholeStack);
const commandOptions = {
  rounds: { type: 'string', default: '17' },
  first: { type: 'string', default: '0' },
  seed: { type: 'string', default: '1' },
  faults: { type: 'string', default: faultNames.join() },
} as const;

/**
 * Injects faults at every tenth of applies of thirty resources, each kind in turn. Options: `--rounds N`
 * (17), `--first N` (0; number of the first round, to split a long run), `--seed N`, `--faults a,b` (all).
 * Prints one line per round and a table; exits with 1 if a promise was broken.
 */
export async function chaosBench(argv: string[] = []): Promise<void> {
  const { values } = parseArgs({ args: argv, options: commandOptions });
  const problem = awsProblem() ?? skipWithoutPostgres();
  if (problem) {
    console.log(`chaos: skipped, ${problem}`);
    return;
  }
  const seed = Number(values.seed);
  const first = Number(values.first);
  const chosen = faultNames.filter((name) => values.faults.split(',').includes(name));
  const results: RoundResult[] = [];
  const worlds = new Worlds(seededRandom(seed + first));
  try {
    for (let index = first; index < first + Number(values.rounds); index += 1)
      results.push(await playRound(worlds, { index, seed, ...roundOf(index, chosen) }));
  } finally {
    await worlds[Symbol.asyncDispose]();
  }
  const resultsOf = (fault: FaultName) => results.filter((result) => result.fault === fault);
  console.table(chosen.map((fault) => summary(fault, resultsOf(fault))));
  const broken = results.filter((result) => result.broken.length > 0).length;
  console.log(`${results.length} rounds, seed ${seed}: ${broken} with a broken promise`);
  if (broken > 0) process.exitCode = 1;
}

/** Keeps one world for all rounds, and replaces it after a failed round. */
class Worlds implements AsyncDisposable {
  readonly #random: () => number;
  #world: World | undefined;

  constructor(random: () => number) {
    this.#random = random;
  }

  async current(): Promise<World> {
    this.#world ??= await createWorld(this.#random);
    return this.#world;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const world = this.#world;
    this.#world = undefined;
    await world?.[Symbol.asyncDispose]();
  }
}

type Round = { index: number; seed: number; fault: FaultName; finished: number };

/** Returns a round's fault, and how many resources are finished when it happens. */
function roundOf(index: number, chosen: FaultName[]): Pick<Round, 'fault' | 'finished'> {
  const tenth = Math.floor(index / chosen.length + (index % chosen.length)) % tenths;
  const fault = chosen[index % chosen.length] ?? 'kill-runner';
  return { fault, finished: Math.floor((tenth * resources) / tenths) };
}

async function playRound(worlds: Worlds, { index, seed, fault, finished }: Round): Promise<RoundResult> {
  const world = await worlds.current();
  try {
    const projectId = `s${seed}-${index}`;
    const result = await chaosRound(world, fault, { projectId, finished, stack: wholeStack });
    console.log(JSON.stringify({ round: index, finished, ...result }));
    return result;
  } catch (error) {
    const broken = [`the round itself failed: ${error instanceof Error ? error.message : error}`];
    const output = world.engine.gateway?.output().slice(-2000);
    console.log(JSON.stringify({ round: index, finished, fault, broken }), output);
    await worlds[Symbol.asyncDispose]();
    return { ...unknownResult, fault, broken };
  }
}

const unknownResult: Omit<RoundResult, 'fault' | 'broken'> = {
  during: false,
  reached: 0,
  status: 'unknown',
  reason: null,
  existing: 0,
  ...{ journal: 0, search: 0, person: 0, absent: 0, lost: 0, duplicates: 0 },
  recoveryMs: 0,
};

function summary(fault: string, results: RoundResult[]) {
  const recovery = results.map((result) => result.recoveryMs).sort((a, b) => a - b);
  const sum = (field: 'journal' | 'search' | 'person' | 'absent' | 'lost' | 'duplicates') =>
    results.reduce((total, result) => total + result[field], 0);
  const seconds = (milliseconds: number | undefined) => Math.round((milliseconds ?? 0) / 100) / 10;
  return {
    fault,
    rounds: results.length,
    'during apply': results.filter((result) => result.during && result.reached > 0).length,
    completed: results.filter((result) => result.status === 'completed').length,
    'failed or cancelled': results.filter(({ status }) => status === 'failed' || status === 'cancelled')
      .length,
    'from the journal': sum('journal'),
    'by search': sum('search'),
    'by a person': sum('person'),
    absent: sum('absent'),
    lost: sum('lost'),
    duplicates: sum('duplicates'),
    'recovery p50 s': seconds(recovery[Math.floor(recovery.length / 2)]),
    'recovery max s': seconds(recovery.at(-1)),
    broken: results.filter((result) => result.broken.length > 0).length,
  };
}

if (import.meta.main) await chaosBench(process.argv.slice(2));
