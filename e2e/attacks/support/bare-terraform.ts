import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { providerMirror } from '../../../testing/local-aws.ts';

/** Timeout of one command; limits attacks on time. */
const timeoutMs = 60_000;

/**
 * Runs plain Terraform without an engine: init, plan, apply, as far as possible. For attacks that no setting
 * of the engine allows.
 */
export async function bareTerraform(
  files: Record<string, string>,
  options: { env?: Record<string, string> | undefined; programs?: string[]; memoryMb?: number } = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bare-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      const mode = options.programs?.includes(path) ? 0o755 : 0o644;
      await writeFile(join(folder, path), content, { mode });
    }
    const cliConfig = `${folder}.tfrc`;
    const mirror = options.programs ? undefined : providerMirror();
    await writeFile(
      cliConfig,
      mirror ? `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n` : '',
    );
    const environment = {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      TF_CLI_CONFIG_FILE: cliConfig,
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      ...options.env,
    };
    let said = '';
    for (const args of [
      ['init', '-input=false', '-no-color'],
      ['apply', '-input=false', '-auto-approve', '-no-color'],
    ])
      said += await run(args, folder, environment, options.memoryMb);
    said += await readFile(join(folder, 'terraform.tfstate'), 'utf8').catch(() => '');
    return said;
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(`${folder}.tfrc`, { force: true });
  }
}

/** Returns all output of a command, even if it fails. */
function run(
  args: string[],
  cwd: string,
  env: Record<string, string>,
  memoryMb: number | undefined,
): Promise<string> {
  const terraform = process.env.TERRAFORM_BINARY_PATH || 'terraform';
  return new Promise((resolve) => {
    execFile(
      memoryMb ? 'prlimit' : terraform,
      memoryMb ? [`--as=${memoryMb * 1024 * 1024}`, terraform, ...args] : args,
      { cwd, env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    );
  });
}
