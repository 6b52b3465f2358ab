import { relative, resolve } from 'node:path';
import type { Test } from '@jest/test-result';

const root = resolve(import.meta.dirname, '../..');

/** Duration in seconds of the slowest files; all others are faster. */
export const slowFiles: Record<string, number> = {
  'e2e/chaos/chaos.test.ts': 319,
  'e2e/orphans.test.ts': 310,
  'e2e/kinds.test.ts': 252,
  'e2e/cluster.test.ts': 188,
  'e2e/aws-stacks.test.ts': 178,
  'e2e/attacks/reading.test.ts': 130,
  'e2e/attacks/resources.test.ts': 127,
  'e2e/costs.test.ts': 121,
  'e2e/warm-providers.test.ts': 113,
  'e2e/pipelines.test.ts': 110,
  'e2e/attacks/state-and-plan.test.ts': 110,
  'scripts/supervise.test.ts': 100,
  'cli/test/pipelines.test.ts': 100,
  'e2e/component-projects.test.ts': 90,
  'cli/test/projects.test.ts': 90,
  'e2e/follow-ups.test.ts': 85,
  'e2e/restart.test.ts': 84,
  'e2e/pipeline-promises.test.ts': 80,
  'e2e/command-line-exits.test.ts': 67,
  'terraform-runner/test/egress.test.ts': 66,
  'gateway/test/mcp.test.ts': 58,
  'cli/test/refusals.test.ts': 59,
  'terraform-runner/test/sandbox.test.ts': 53,
};

/** Files that wait for a clock or a slow cloud most of the time, and leave the cores to others. */
const waitingFiles = new Set([
  'e2e/chaos/chaos.test.ts',
  'e2e/follow-ups.test.ts',
  'e2e/orphans.test.ts',
  'e2e/restart.test.ts',
]);

const suiteOrder = ['unit', 'service', 'e2e'];

/** Orders files by suite, then slowest first, so that the workers finish at about the same time. */
export default class SlowestFirst {
  sort(tests: Test[]): Test[] {
    return tests.toSorted(
      (a, b) => suiteOf(a) - suiteOf(b) || secondsOf(b) - secondsOf(a) || a.path.localeCompare(b.path),
    );
  }

  /** Jest calls this after each run; the table above replaces its cache. */
  cacheResults(): void {}
}

/** Whether a file needs little of a core. */
export function mostlyWaits({ path }: Test): boolean {
  return waitingFiles.has(relative(root, path));
}

function suiteOf({ context }: Test): number {
  return suiteOrder.indexOf(context.config.displayName?.name ?? '');
}

function secondsOf({ path }: Test): number {
  return slowFiles[relative(root, path)] ?? 0;
}
