import { rmSync } from 'node:fs';
import { type Surroundings, writeKindProject } from '../../testing/kinds/kind-project.ts';
import type { ShippedKind } from '../../testing/kinds/shipped.ts';
import { terraformRun } from '../../testing/kinds/terraform-run.ts';
import { errorOf } from './plan-kind.ts';

export type AppliedKind = {
  applied: boolean;
  /** What a second plan changes; empty if nothing. Undefined if there was none. */
  secondPlan?: string[];
  updated?: boolean;
  destroyed?: boolean;
  /** First errors of the steps that failed. */
  reasons: string[];
  seconds: number;
};

/** Applies the test `plain`, plans again, applies its change and destroys everything. */
export async function applyKind(
  folder: string,
  { kind, tests }: ShippedKind,
  around: Surroundings,
  env: Record<string, string>,
  timeoutMs: number,
  overSpec: object = {},
): Promise<AppliedKind> {
  const name = kind.name.toLowerCase(); // unique, because kinds are applied at once in one account
  const plain = tests.find((test) => test.name === 'plain');
  if (!plain) throw new Error(`applying ${kind.name}: it has no test plain`);
  const withSpec = (test: { spec: unknown; infra: unknown }) =>
    writeKindProject(
      folder,
      [
        {
          name,
          kind,
          test: { ...plain, ...test, spec: { ...(test.spec as object), ...overSpec } } as never,
        },
      ],
      around,
    );
  const reasons: string[] = [];
  const from = performance.now();
  const run = async (step: string, ...args: string[]) => {
    const result = await terraformRun(folder, args, env, timeoutMs);
    if (result.timedOut) reasons.push(`${step}: did not end in ${timeoutMs / 1000} s`);
    else if (result.exitCode === 1) reasons.push(`${step}: ${errorOf(result.output)}`);
    return result;
  };
  rmSync(folder, { recursive: true, force: true });
  withSpec(plain);
  await run('init', 'init', '-input=false');
  const applied = (await run('apply', 'apply', '-auto-approve', '-input=false')).exitCode === 0;
  const result: AppliedKind = { applied, reasons, seconds: 0 };
  if (applied) {
    const second = await run('second plan', 'plan', '-input=false', '-detailed-exitcode');
    result.secondPlan = [...second.output.matchAll(/# module\.\w+\.(\S+) (will be|must be) (\S+)/g)].map(
      ([, address, , change]) => `${address} ${change}`,
    );
    if (plain.changed) {
      withSpec(plain.changed);
      result.updated = (await run('update', 'apply', '-auto-approve', '-input=false')).exitCode === 0;
    }
  }
  result.destroyed = (await run('destroy', 'destroy', '-auto-approve', '-input=false')).exitCode === 0;
  return { ...result, seconds: (performance.now() - from) / 1000 };
}
