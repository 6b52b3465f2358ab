import assert from 'node:assert/strict';
import { defaultSlots, machineMemoryMb, memoryOfRuns, overcommitment } from './memory.ts';

const settings = (slots: number, memoryMb: number) => ({ slots, sandbox: { limits: { memoryMb } } });

test('by default all runs together fit into the memory of the machine', () => {
  for (const machineMb of [1000, 4096, 8192, 16_384, 1_000_000]) {
    const slots = defaultSlots(4096, machineMb);
    assert.ok(slots >= 1 && (slots === 1 || slots * 4096 <= machineMb), `${slots} slots for ${machineMb} MB`);
  }
});

test('slots beyond the memory are named with their figures and what to do', () => {
  expect(overcommitment(settings(2, 4096), 8192)).toStrictEqual([]);
  expect(overcommitment(settings(3, 4096), 8192)[0] ?? '').toMatch(
    /3 runs of 4096 MB each may take 12288 MB.*8192 MB.*RUNNER_SLOTS/,
  );
});

test('the report at start has what runs may take and what there is', () => {
  const report = memoryOfRuns(settings(2, 4096));
  expect([report.allRunsMb, report.machineMb]).toStrictEqual([8192, machineMemoryMb()]);
  expect(report.machineMb).toBeGreaterThan(100);
});
