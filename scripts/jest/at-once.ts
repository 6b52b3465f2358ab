import { type SkipReason, testUnless } from './unless.ts';

/**
 * Defines tests that run at once, for tests that mostly wait and share nothing. The first one starts them all; each
 * reports its own result.
 */
export function testsAtOnce(skip: SkipReason, bodies: Record<string, () => Promise<void>>): void {
  let runs: Map<string, Promise<void>> | undefined;
  for (const name of Object.keys(bodies))
    testUnless(skip)(name, () => {
      runs ??= new Map(Object.entries(bodies).map(([other, body]) => [other, started(body)]));
      return runs.get(name) as Promise<void>;
    });
}

function started(body: () => Promise<void>): Promise<void> {
  const run = body();
  run.catch(() => {}); // reported by the test that awaits it
  return run;
}
