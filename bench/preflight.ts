import { defaultPolicySettings } from '@deployment-engine/contracts';
import { preflight } from '@deployment-engine/policy';
import { hostileCode } from '../packages/policy/src/preflight/hostile-code.ts';
import type { Row } from './table.ts';

const megabytes = 5;

/** Checks that preflight is linear: five times the code may take at most twice five times as long. */
export async function preflightBench(): Promise<Row[]> {
  const small = hostileCode(1e6);
  return Object.entries(hostileCode(megabytes * 1e6)).map(([name, code]) => {
    const [one, whole] = [judgedIn(small[name] ?? ''), judgedIn(code)];
    return {
      what: `preflight of ${megabytes} MB of ${name}`,
      ours: `${whole.toFixed(0)} ms`,
      theirs: `${one.toFixed(0)} ms for 1 MB`,
      ratio: whole / (one * megabytes),
      goal: { atMost: 2 },
    };
  });
}

/** Returns milliseconds, the best of three. */
function judgedIn(code: string): number {
  const files = new Map([['main.tf', code]]);
  const times = Array.from({ length: 3 }, () => {
    const started = performance.now();
    preflight(files, defaultPolicySettings);
    return performance.now() - started;
  });
  return Math.min(...times);
}
