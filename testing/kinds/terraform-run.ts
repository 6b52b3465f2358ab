import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild } from '../child.ts';
import { providerMirror } from '../local-aws.ts';

/** The plan of a kind with all of its tests has about 1 MB. */
const maxJsonBytes = 256 * 1024 ** 2;

export type TerraformRun = { exitCode: number; output: string; seconds: number; timedOut: boolean };

/** Runs one command in a folder. After `timeoutMs` it gets SIGINT, and later SIGKILL. */
export async function terraformRun(
  folder: string,
  args: string[],
  env: Record<string, string>,
  timeoutMs = 600_000,
): Promise<TerraformRun> {
  const from = performance.now();
  const child = startChild('terraform', [...args, '-no-color'], {
    env: { ...base(folder), ...env },
    cwd: folder,
  });
  const exited = new Promise<number>((resolve) => child.process.once('exit', (code) => resolve(code ?? 1)));
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    void stopped(child);
  }, timeoutMs);
  const exitCode = await exited;
  clearTimeout(timer);
  return { exitCode, output: child.output(), seconds: (performance.now() - from) / 1000, timedOut };
}

/** Runs a command that prints JSON, for example `show -json`, and returns all of it. Throws if it does not succeed. */
export async function terraformJson(
  folder: string,
  args: string[],
  env: Record<string, string>,
): Promise<unknown> {
  const { stdout } = await promisify(execFile)('terraform', args, {
    cwd: folder,
    env: { ...base(folder), ...env },
    maxBuffer: maxJsonBytes,
  });
  return JSON.parse(stdout);
}

async function stopped(child: Child): Promise<void> {
  await child.stop('SIGINT');
}

/** The CLI configuration names the mirror, so that no registry is asked. */
function base(folder: string): Record<string, string> {
  const config = join(folder, 'terraform.rc');
  const mirror = `provider_installation {\n  filesystem_mirror {\n    path = "${providerMirror()}"\n  }\n}\n`;
  writeFileSync(config, mirror);
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '/',
    TF_CLI_CONFIG_FILE: config,
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
  };
}
