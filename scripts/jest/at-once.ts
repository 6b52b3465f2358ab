import pLimit from 'p-limit';
import { type SkipReason, testUnless } from './unless.ts';

type DefineTest = (name: string, body: () => Promise<void>) => void;

/**
 * Defines tests that run at once, for tests that mostly wait and share nothing. The first one starts them all; each
 * reports its own result.
 */
export function testsAtOnce(skip: SkipReason, bodies: Record<string, () => Promise<void>>): void {
  const define = testAtOnce({ skip });
  for (const [name, body] of Object.entries(bodies)) define(name, body);
}

/**
 * Returns a `test` for a file or block whose tests share nothing: they run at once, in the order of their definition, no
 * more than `atMost` at a time (default: all).
 */
export function testAtOnce(options: { skip?: SkipReason; atMost?: number } = {}): DefineTest {
  const { skip = false, atMost = Number.POSITIVE_INFINITY } = options;
  const bodies = new Map<string, () => Promise<void>>();
  const limit = pLimit(atMost);
  let runs: Map<string, Promise<void>> | undefined;
  return (name, body) => {
    if (bodies.has(name)) throw new Error(`two tests are called "${name}"`);
    bodies.set(name, body);
    testUnless(skip)(name, () => {
      runs ??= new Map([...bodies].map(([other, run]) => [other, started(limit(run))]));
      return runs.get(name) as Promise<void>;
    });
  };
}

function started(run: Promise<void>): Promise<void> {
  run.catch(() => {}); // reported by the test that awaits it
  return run;
}
