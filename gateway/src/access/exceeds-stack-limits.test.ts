import { type StackLimits, stackLimitsSchema } from '@deployment-engine/contracts';
import { exceedsStackLimits } from './exceeds-stack-limits.ts';

type Given = Partial<StackLimits> | null;
const limits = (given: Given) => given && stackLimitsSchema.parse(given);

test.each<[string, Given, Given, string | undefined]>([
  ['anything, if the own key has no limits', null, null, undefined],
  ['limits, if the own key has none', { maxStacks: 3 }, null, undefined],
  ['no limits, if the own ones limit nothing', null, {}, undefined],
  [
    'equal limits',
    { allowedKinds: ['SQS'], maxStacks: 1 },
    { allowedKinds: ['SQS'], maxStacks: 1 },
    undefined,
  ],
  ['fewer kinds', { allowedKinds: [] }, { allowedKinds: ['SQS'] }, undefined],
  ['no limits, if the own key has some', null, { maxComponents: 5 }, 'maxComponents'],
  ['more stacks', { maxStacks: 2 }, { maxStacks: 1 }, 'maxStacks'],
  ['a service where the own limit is 0', { maxServices: 1 }, { maxServices: 0 }, 'maxServices'],
  ['another kind', { allowedKinds: ['SQS', 'RDS'] }, { allowedKinds: ['SQS'] }, 'allowedKinds'],
  ['all kinds', {}, { allowedKinds: ['SQS'] }, 'allowedKinds'],
  [
    'kinds of the repository',
    { allowedKinds: [], repositoryKinds: true },
    { allowedKinds: [] },
    'repositoryKinds',
  ],
])('asked for %s', (_name, asked, own, expected) => {
  expect(exceedsStackLimits(limits(asked), limits(own))).toBe(expected);
});
