import assert from 'node:assert/strict';
import type { StepName } from '@deployment-engine/contracts';
import { progressPercent } from './progress.ts';

const job = { type: 'deploy' as const, step: null, planned: 0, finished: 0, gate_passed_at: null };
const at = (step: StepName, more: object = {}) => progressPercent({ ...job, step, ...more });
const passed = { gate_passed_at: new Date() };

test('every phase of a deploy counts towards progress, which only grows', () => {
  const applied = { ...passed, planned: 10 };
  const way = [
    progressPercent(job),
    at('prepare'),
    at('init'),
    at('plan'),
    at('gate'),
    at('prepare', applied), // the apply's own run begins
    ...[0, 1, 5, 9, 10].map((finished) => at('apply', { ...applied, finished })),
    at('outputs', { ...applied, finished: 10 }),
  ];
  expect(way).toStrictEqual(way.toSorted((a, b) => a - b));
  expect(way[0]).toBe(0);
  assert.ok(new Set(way.slice(0, 6)).size === 6, `${way}`);
  expect(way.at(-1)).toBe(99);
});

test('a plan and a drift check move through their steps', () => {
  for (const type of ['plan', 'drift'] as const) {
    const way = (['prepare', 'init', 'plan'] as const).map((step) => at(step, { type }));
    expect(way).toStrictEqual(way.toSorted((a, b) => a - b));
    assert.ok((way[0] ?? 0) > 0 && (way[2] ?? 0) < 100);
  }
});

test('an apply without resources to change stays below 100 until it has completed', () => {
  expect(at('apply', { ...passed, planned: 0 })).toBe(30);
  expect(at('apply', { ...passed, planned: 2, finished: 5 })).toBe(99);
});
