import { findExecutable, isExecutable } from '../../terraform-runner/src/files/executable.ts';
import { fetchTerraform } from './fetch-terraform.ts';

export type TerraformBinary = { path: string; source: 'TERRAFORM_BINARY_PATH' | 'PATH' | 'download' };

/** Finds `TERRAFORM_BINARY_PATH`, else `terraform` or `tofu` on PATH; else downloads the pinned version. */
export async function findTerraform(
  environment: NodeJS.ProcessEnv,
  toolsDir: string,
): Promise<TerraformBinary> {
  const named = environment.TERRAFORM_BINARY_PATH;
  if (named) {
    if (!isExecutable(named))
      throw new Error(`TERRAFORM_BINARY_PATH: ${named} is not an executable file; correct or unset it`);
    return { path: named, source: 'TERRAFORM_BINARY_PATH' };
  }
  const onPath = findExecutable(environment.PATH ?? '', ['terraform', 'tofu']);
  if (onPath) return { path: onPath, source: 'PATH' };
  return { path: await fetchTerraform(toolsDir), source: 'download' };
}
