import { sensitiveText, type TerraformState } from '@deployment-engine/terraform-code';
import { redactedOutputs } from './outputs.ts';
import { redactState, stepsOf } from './redact-state.ts';

const step = (value: unknown) => ({ type: 'get_attr', value });

function stateOf(attributes: Record<string, unknown> | null, paths?: unknown[]): TerraformState {
  return {
    version: 4,
    terraform_version: '1.11.4',
    serial: 1,
    lineage: 'l',
    outputs: { open: { value: 1 }, secret: { value: 2, sensitive: true, type: 'number' } },
    resources: [
      {
        mode: 'managed',
        type: 't',
        name: 'n',
        provider: 'p',
        instances: [{ attributes, index_key: 'k', ...(paths ? { sensitive_attributes: paths } : {}) }],
      },
    ],
  };
}

const redacted = (attributes: Record<string, unknown> | null, ...paths: unknown[]) =>
  redactState(stateOf(attributes, paths)).resources[0]?.instances[0]?.attributes;

test('sensitive outputs are redacted, and everything else of the state is kept', () => {
  const state = stateOf({ a: 1 });
  const copy = structuredClone(state);
  expect(redactState(state)).toStrictEqual({
    ...copy,
    outputs: { open: { value: 1 }, secret: { value: sensitiveText, sensitive: true, type: 'number' } },
  });
  expect(state).toStrictEqual(copy);
});

test.each([
  ['an attribute', { a: 's', b: 1 }, [[step('a')]], { a: sensitiveText, b: 1 }],
  ['two attributes', { a: 's', b: 1 }, [[step('a')], [step('b')]], { a: sensitiveText, b: sensitiveText }],
  [
    'an attribute of an object',
    { a: { b: 's', c: 1 } },
    [[step('a'), step('b')]],
    { a: { b: sensitiveText, c: 1 } },
  ],
  [
    'an attribute of an element of a list',
    { a: [{ b: 1 }, { b: 's' }] },
    [[step('a'), step({ value: 1, type: 'number' }), step('b')]],
    { a: [{ b: 1 }, { b: sensitiveText }] },
  ],
  ['nothing of an unset value', { a: null }, [[step('a'), step('b')]], { a: null }],
  [
    'all, if a step is not known',
    { a: [{ b: 1 }] },
    [[step('a'), step({ value: {} })]],
    { a: sensitiveText },
  ],
  [
    'all, if the next object lacks the key',
    { a: { c: 's' } },
    [[step('a'), step('b')]],
    { a: sensitiveText },
  ],
  ['all, if there is no object to go into', { a: 'b' }, [[step('a'), step('b')]], { a: sensitiveText }],
  ['all, if the path is empty', { a: 1 }, [[]], sensitiveText],
])('redacts %s', (_name, attributes, paths, expected) => {
  expect(redacted(attributes, ...paths)).toStrictEqual(expected);
});

test('an instance without attributes stays without', () => {
  expect(redacted(null, [step('a')])).toBe(null);
});

test.each([
  ['names', [step('a'), step('b')], ['a', 'b']],
  ['numbers', [step(0), step({ value: 1 })], ['0', '1']],
  ['steps that are not known', [step(true), step({}), step(null), null, 'a', {}], Array(6).fill(undefined)],
  ['no list', 'a', []],
])('a path of %s', (_name, path, expected) => {
  expect(stepsOf(path)).toStrictEqual(expected);
});

test('sensitive outputs are shown only on request', () => {
  const state = stateOf({});
  expect(redactedOutputs(state)).toStrictEqual({ open: 1, secret: sensitiveText });
  expect(redactedOutputs(state, true)).toStrictEqual({ open: 1, secret: 2 });
  expect(redactedOutputs({ ...state, outputs: undefined } as unknown as TerraformState)).toStrictEqual({});
});
