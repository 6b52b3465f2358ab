import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parseTerraformPlan, type TerraformPlan } from '@deployment-engine/terraform-code';
import { terraformRun } from './terraform-run.ts';

/** Values of the variables of a component's project. */
export type ProjectVariables = {
  inputs?: Record<string, unknown>;
  secret_inputs?: Record<string, unknown>;
  pending?: string[];
};

const maxPlanBytes = 64 * 1024 * 1024;

/** Writes a project's files; path relative to the folder → text. */
export function writeProject(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** Plans a project and returns the plan as Terraform shows it; throws with the output if a command fails. */
export async function plannedProject(
  folder: string,
  variables: ProjectVariables,
  env: Record<string, string>,
): Promise<TerraformPlan> {
  writeFileSync(join(folder, 'terraform.tfvars.json'), JSON.stringify(variables));
  for (const args of [
    ['init', '-input=false'],
    ['plan', '-input=false', '-lock=false', '-out=plan.bin'],
  ]) {
    const { exitCode, output } = await terraformRun(folder, args, env);
    if (exitCode !== 0) throw new Error(`${args[0]} in ${folder}: ${output}`);
  }
  const show = promisify(execFile)('terraform', ['show', '-json', 'plan.bin'], {
    cwd: folder,
    env: { ...process.env, ...env, TF_CLI_CONFIG_FILE: join(folder, 'terraform.rc') },
    maxBuffer: maxPlanBytes,
  });
  return parseTerraformPlan((await show).stdout);
}
