import type { JobEventBody } from '@deployment-engine/contracts';
import { redactEvent } from './redact-event.ts';
import { Redactor } from './redactor.ts';

const redact = (event: object, ...secrets: string[]): unknown =>
  redactEvent(event as JobEventBody, new Redactor(secrets));

test('texts of an event are redacted at any depth', () => {
  const event = {
    type: 'log',
    line: 'x hunter22',
    diagnostics: [{ summary: 'hunter22', range: { filename: 'hunter22.tf' } }, 'hunter22'],
  };
  expect(redact(event, 'hunter22')).toStrictEqual({
    type: 'log',
    line: 'x (redacted)',
    diagnostics: [{ summary: '(redacted)', range: { filename: '(redacted).tf' } }, '(redacted)'],
  });
});

test('a line truncated inside a secret keeps no part of the secret', () => {
  expect(redact({ type: 'log', line: 'x hunte…' }, 'hunter22')).toStrictEqual({
    type: 'log',
    line: 'x (redacted)…',
  });
});

for (const field of [
  'type',
  'step',
  'action',
  'kind',
  'endedBy',
  'severity',
  'code',
  'status',
  'verdict',
  'gate',
  'digest',
  'sha256',
  'stateLineage',
  'lineage',
  'resourceType',
])
  test(`a secret that equals the engine’s own word does not change the field ${field}`, () => {
    const event = { [field]: 'apply', nested: [{ [field]: 'apply' }], message: 'apply' };
    expect(redact(event, 'apply')).toStrictEqual({ ...event, message: '(redacted)' });
  });

test('numbers, booleans, null and absent values are unchanged', () => {
  const event = {
    type: 'changes',
    exitCode: 12345678,
    ok: true,
    none: null,
    absent: undefined,
    list: [1, null],
  };
  expect(redact(event, '12345678', 'true', 'null')).toStrictEqual(event);
});

test('an event without a secret is equal to the original', () => {
  const event = { type: 'log', line: 'Plan: 1 to add', names: ['a', 'b'] };
  expect(redact(event, 'hunter22')).toStrictEqual(event);
});
