import { testAtOnce } from '../../scripts/jest/at-once.ts';
import { describeUnless } from '../../scripts/jest/unless.ts';
import { skipWithoutAws } from '../../testing/local-aws.ts';
import { namingAttacks } from './support/naming-attacks.ts';
import { readingAttacks } from './support/reading-attacks.ts';
import { requireDenied } from './support/require-denied.ts';
import { Stage } from './support/stage.ts';

/** In the environment of both services; runs must not see it. */
const ofTheEngine = 'canary-of-the-engine-3f9a51c7';

describeUnless(skipWithoutAws())('code that reads or sends what is not its own', () => {
  // Each has traps of its own.
  const test = testAtOnce({ atMost: 3 });
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ aws: true, env: { ENGINE_CANARY: ofTheEngine } });
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  for (const attack of [...readingAttacks, ...namingAttacks])
    test(`row ${attack.row}: ${attack.name}`, () => requireDenied(stage, attack));
});
