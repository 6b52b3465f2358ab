import { realpath } from 'node:fs/promises';
import { execa } from 'execa';

export type TerraformBinary = {
  /** Without symbolic links, as the kernel shows it for a running process. */
  path: string;
  product: 'terraform' | 'tofu';
  version: string;
  /** `init -json` came with Terraform 1.9; OpenTofu has text only. */
  initSpeaksJson: boolean;
};

/** Asks the binary who it is. */
export async function inspectTerraform(path: string): Promise<TerraformBinary> {
  const { stdout } = await execa(path, ['version'], {
    extendEnv: false,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent', CHECKPOINT_DISABLE: '1' },
    timeout: 30_000,
  });
  const match = /^(Terraform|OpenTofu) v(\d+)\.(\d+)(\.\S+)/m.exec(stdout);
  if (!match) throw new Error(`starting: ${path} is neither Terraform nor OpenTofu`);
  const [, name, major, minor, rest] = match;
  const product = name === 'Terraform' ? 'terraform' : 'tofu';
  return {
    path: await realpath(path),
    product,
    version: `${major}.${minor}${rest}`,
    initSpeaksJson: product === 'terraform' && (Number(major) > 1 || Number(minor) >= 9),
  };
}
