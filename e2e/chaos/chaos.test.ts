import assert from 'node:assert/strict';
import { testUnless } from '../../scripts/jest/unless.ts';
import { skipWithoutAws } from '../../testing/local-aws.ts';
import { skipWithoutPostgres } from '../../testing/postgres.ts';
import { type FaultName, faultNames } from './faults.ts';
import { awsCrates } from './pipeline/crates.ts';
import { pipelineRound } from './pipeline/pipeline-round.ts';
import { seededRandom } from './random.ts';
import { chaosRound } from './round.ts';
import { quickStack } from './stack.ts';
import { canMount, createWorld, type World } from './world.ts';

const skip = skipWithoutAws() || skipWithoutPostgres();
const seed = 20_260;
/** Only kills; `npm run bench -- chaos` injects every fault, many times. */
const shortSchedule: FaultName[] = [
  'kill-terraform',
  'kill-all',
  'cancel',
  'kill-runner',
  'kill-gateway',
  'kill-postgres',
  'disk-full',
];
const random = seededRandom(seed);
let world: World;

beforeAll(async () => {
  if (!skip) world = await createWorld(random);
});
afterAll(() => world?.[Symbol.asyncDispose]());

for (const [index, fault] of shortSchedule.entries())
  testUnless(skip || (fault === 'disk-full' && !canMount() && 'mounting needs root'))(
    `no resource is lost by ${fault}`,
    async () => {
      expect(faultNames).toContain(fault);
      const result = await chaosRound(world, fault, {
        projectId: `c${seed}-${index}`,
        finished: Math.floor(random() * 20),
        stack: quickStack,
      });
      assert.deepEqual(result.broken, [], JSON.stringify(result));
    },
  );

testUnless(skip)(
  'a stack whose processes are killed in its deploy and in its destroy ends with each object once, and with none',
  async () => {
    const result = await pipelineRound(world, awsCrates(world.aws), {
      environment: 'chaos',
      autoApprove: true,
      deploy: { fault: 'kill-terraform', ended: 1, step: 'apply' },
      destroy: { fault: 'kill-all', ended: 1, step: 'apply' },
    });
    assert.deepEqual(result.broken, [], JSON.stringify(result));
    expect(result.deploy.reached > 0).toBe(true);
    expect(result.destroy.during).toBe(true);
  },
);
