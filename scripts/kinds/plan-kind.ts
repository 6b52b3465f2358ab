import type { PolicySettings } from '@deployment-engine/policy';
import { evaluatePlan, preflight } from '@deployment-engine/policy';
import type { TerraformPlan } from '@deployment-engine/terraform-code';
import { type KindCall, type Surroundings, writeKindProject } from '../../testing/kinds/kind-project.ts';
import type { ShippedKind } from '../../testing/kinds/shipped.ts';
import { terraformJson, terraformRun } from '../../testing/kinds/terraform-run.ts';
import { readTree } from '../../testing/repository.ts';

export type PlannedKind = {
  isValid: boolean;
  /** Tests that were planned with known and with pending inputs. */
  plans: number;
  /** Findings in the strict profile on the test `plain`, as `rule address`. */
  findings: string[];
  /** Findings on the other tests, whose spec asks for more than the defaults. */
  otherFindings: string[];
  error?: string;
};

export const strict: PolicySettings = {
  profile: 'strict',
  modes: {},
  exemptions: [],
  blastRadius: {
    maxDeletions: null,
    maxReplacements: null,
    maxResources: null,
    resourceTypes: null,
    regions: null,
  },
  userRules: [],
};

/** Validates and plans all tests of a kind at once, each with known and with pending inputs. */
export async function planKind(
  folder: string,
  shipped: ShippedKind,
  around: Surroundings,
  env: Record<string, string>,
): Promise<PlannedKind> {
  const calls = callsOf(shipped);
  writeKindProject(folder, calls, around);
  const before = preflight(readTree(folder), strict).findings.map(
    ({ id, file, message }) => `${id} ${file}: ${message}`,
  );
  const failed = (output: string, isValid: boolean) => ({
    isValid,
    plans: 0,
    findings: before,
    otherFindings: [],
    error: errorOf(output),
  });
  for (const args of [['init', '-input=false'], ['validate']]) {
    const run = await terraformRun(folder, args, env);
    if (run.exitCode !== 0) return failed(run.output, false);
  }
  const plan = await terraformRun(folder, ['plan', '-input=false', '-lock=false', '-out=plan.bin'], env);
  if (plan.exitCode !== 0) return failed(plan.output, true);
  const shown = (await terraformJson(folder, ['show', '-json', 'plan.bin'], env)) as TerraformPlan;
  const { findings } = evaluatePlan(shown, strict);
  const texts = findings.map(({ id, address, message }) => `${id} ${address}: ${message}`);
  const ofPlain = texts.filter((text) => / module\.plain\./.test(text));
  const others = texts.filter((text) => !ofPlain.includes(text) && !/ module\.pending_/.test(text));
  return { isValid: true, plans: calls.length, findings: [...before, ...ofPlain], otherFindings: others };
}

function callsOf({ kind, tests }: ShippedKind): KindCall[] {
  return tests.flatMap((test) => [
    { name: test.name, kind, test },
    { name: `pending_${test.name}`, kind, test, isPending: true },
  ]);
}

/** The errors of a command's output, without its frame. */
export function errorOf(output: string): string {
  const from = output.indexOf('Error: ');
  const text = from < 0 ? output.slice(-600) : output.slice(from);
  return text.replaceAll('│', '').replaceAll(/\s+/g, ' ').slice(0, 600);
}
