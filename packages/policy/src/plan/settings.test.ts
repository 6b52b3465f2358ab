import { defaultPolicySettings, type PolicyMode } from '@deployment-engine/contracts';
import { isEnforced, isNamed, modeOf, type PolicySettings } from './settings.ts';

const id = 'AWS-S3-001';
const settings = (more: Partial<PolicySettings> = {}): PolicySettings => ({
  ...defaultPolicySettings,
  ...more,
});
const of = (mode: PolicyMode | undefined) => (mode ? { [id]: mode } : {});

const cases: [
  own: PolicyMode | undefined,
  enforced: PolicyMode | undefined,
  minimum: PolicyMode | undefined,
  mode: PolicyMode,
][] = [
  [undefined, undefined, undefined, 'warn'],
  ['off', undefined, undefined, 'off'],
  ['block', undefined, undefined, 'block'],
  [undefined, 'block', undefined, 'block'],
  ['off', 'approve', undefined, 'approve'],
  ['block', 'approve', undefined, 'block'],
  [undefined, undefined, 'approve', 'approve'],
  ['off', undefined, 'block', 'block'],
  ['approve', undefined, 'approve', 'approve'],
  ['block', undefined, 'off', 'block'],
  ['off', 'block', 'warn', 'warn'],
  ['off', 'warn', 'block', 'block'],
  [undefined, 'block', 'off', 'warn'],
];
for (const [own, enforced, minimum, mode] of cases)
  test(`a rule that warns by default, is ${own ?? 'not set'} in the project, with the minimums ${enforced ?? 'none'} of the profile and ${minimum ?? 'none'} of the operator has the mode ${mode}`, () => {
    const given = settings({ modes: of(own), enforcedModes: of(enforced), minimumModes: of(minimum) });
    expect(modeOf(given, id, 'warn')).toBe(mode);
  });

test('a mode applies to its own rule only', () => {
  const given = settings({
    modes: { other: 'off' },
    enforcedModes: { more: 'block' },
    minimumModes: { most: 'block' },
  });
  expect(modeOf(given, id, 'approve')).toBe('approve');
});

test('without any minimum the project’s mode applies', () => {
  expect(modeOf(settings({ modes: of('off') }), id, 'block')).toBe('off');
  expect(modeOf(settings(), id, 'block')).toBe('block');
});

test('a name that objects inherit is neither set nor enforced', () => {
  const given = settings({ minimumModes: {}, enforcedModes: {} });
  expect(modeOf(given, 'constructor', 'warn')).toBe('warn');
  expect([isNamed(given, 'constructor'), isEnforced(given, 'constructor')]).toStrictEqual([false, false]);
});

const named: [given: Partial<PolicySettings>, isNamed: boolean, isEnforced: boolean][] = [
  [{}, false, false],
  [{ modes: of('warn') }, true, false],
  [{ minimumModes: of('warn') }, true, true],
  [{ enforcedModes: of('warn') }, false, true],
  [{ modes: of('off'), minimumModes: of('block'), enforcedModes: of('block') }, true, true],
  [
    { modes: { other: 'warn' }, minimumModes: { other: 'warn' }, enforcedModes: { other: 'warn' } },
    false,
    false,
  ],
];
for (const [given, isSet, isMinimum] of named)
  test(`with ${JSON.stringify(given)} the rule is ${isSet ? '' : 'not '}named and ${isMinimum ? '' : 'not '}enforced`, () => {
    expect([isNamed(settings(given), id), isEnforced(settings(given), id)]).toStrictEqual([isSet, isMinimum]);
  });
