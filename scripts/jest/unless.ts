/** Why tests cannot run here, or false. */
export type SkipReason = string | false;
type TestRun = (() => void) | (() => Promise<void>);

/** Returns `test`, or `test.skip` with the reason in the test's name if there is one. */
export function testUnless(reason: SkipReason): (name: string, run: TestRun, timeoutMs?: number) => void {
  return (name, run, timeoutMs) =>
    reason ? test.skip(withReason(name, reason), run) : test(name, run, timeoutMs);
}

/** Returns `describe`, or `describe.skip` with the reason in the block's name if there is one. */
export function describeUnless(reason: SkipReason): (name: string, define: () => void) => void {
  return (name, define) =>
    reason ? describe.skip(withReason(name, reason), define) : describe(name, define);
}

const withReason = (name: string, reason: string) => `${name} (skipped: ${reason})`;
