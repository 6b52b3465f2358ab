import { realpath } from 'node:fs/promises';
import { execa } from 'execa';

export type TerraformBinary = {
  /** Symbolic links resolved, as the kernel shows it for a running process. */
  path: string;
  product: 'terraform' | 'tofu';
  version: string;
  /** `init -json` came with Terraform 1.9; OpenTofu has text only. */
  initSpeaksJson: boolean;
  /** Names of its functions; `undefined` if it does not list them. */
  functions: ReadonlySet<string> | undefined;
};

const options = {
  extendEnv: false,
  env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', CHECKPOINT_DISABLE: '1' },
  timeout: 30_000,
} as const;

/** Runs the binary to find out its product and version. */
export async function inspectTerraform(path: string): Promise<TerraformBinary> {
  const { stdout } = await execa(path, ['version'], options);
  const match = /^(Terraform|OpenTofu) v(\d+)\.(\d+)(\.\S+)/m.exec(stdout);
  if (!match) throw new Error(`starting: ${path} is neither Terraform nor OpenTofu`);
  const [, name, major, minor, rest] = match;
  const product = name === 'Terraform' ? 'terraform' : 'tofu';
  return {
    path: await realpath(path),
    product,
    version: `${major}.${minor}${rest}`,
    initSpeaksJson: product === 'terraform' && (Number(major) > 1 || Number(minor) >= 9),
    functions: await functionsOf(path),
  };
}

/** Source: https://developer.hashicorp.com/terraform/cli/commands/metadata/functions */
async function functionsOf(path: string): Promise<ReadonlySet<string> | undefined> {
  try {
    const { stdout } = await execa(path, ['metadata', 'functions', '-json'], options);
    return new Set(Object.keys(JSON.parse(stdout).function_signatures));
  } catch {
    return undefined;
  }
}
