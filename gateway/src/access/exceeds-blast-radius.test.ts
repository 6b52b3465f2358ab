import { type BlastRadius, blastRadiusSchema } from '@deployment-engine/contracts';
import { exceedsBlastRadius } from './exceeds-blast-radius.ts';

const limits = (more: Partial<BlastRadius> = {}) => blastRadiusSchema.parse(more);

test.each<[string, Partial<BlastRadius> | null, Partial<BlastRadius> | null, string | undefined]>([
  ['anything, if the own key has no limits', { maxDeletions: 9 }, null, undefined],
  ['no limits, if the own key has none', null, {}, undefined],
  ['an equal number', { maxDeletions: 2 }, { maxDeletions: 2 }, undefined],
  ['a smaller number', { maxDeletions: 0 }, { maxDeletions: 2 }, undefined],
  ['a limit that the own key lacks', { maxReplacements: 1 }, {}, undefined],
  ['an equal list', { regions: ['eu-west-1'] }, { regions: ['eu-west-1'] }, undefined],
  [
    'types within own patterns',
    { resourceTypes: ['aws_s3_bucket', 'a'] },
    { resourceTypes: ['aws_s3_*', 'a'] },
    undefined,
  ],
  ['no types at all', { resourceTypes: [] }, { resourceTypes: ['a'] }, undefined],
  ['everything, if the own list says everything', {}, { resourceTypes: ['*'] }, undefined],
  ['a larger number', { maxDeletions: 3 }, { maxDeletions: 2 }, 'maxDeletions'],
  ['a number where the own one is 0', { maxResources: 1 }, { maxResources: 0 }, 'maxResources'],
  ['no number', {}, { maxReplacements: 0 }, 'maxReplacements'],
  ['no limits', null, { maxResources: 5 }, 'maxResources'],
  ['a type beyond the own ones', { resourceTypes: ['a', 'b'] }, { resourceTypes: ['a'] }, 'resourceTypes'],
  ['a wider pattern', { resourceTypes: ['aws_*'] }, { resourceTypes: ['aws_s3_*'] }, 'resourceTypes'],
  ['all regions', {}, { regions: ['eu-west-1'] }, 'regions'],
  ['a type, if the own list is empty', { resourceTypes: ['a'] }, { resourceTypes: [] }, 'resourceTypes'],
])('asked for %s', (_name, asked, own, expected) => {
  expect(exceedsBlastRadius(asked && limits(asked), own && limits(own))).toBe(expected);
});
