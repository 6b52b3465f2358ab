import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const timeoutMs = 600_000;

/** Commands for one deploy without an engine, run in a project's folder. */
export const commands = [
  'terraform init -input=false -no-color > init.log',
  'terraform plan -input=false -no-color -out=tfplan > plan.log',
  'terraform apply -input=false -no-color tfplan > apply.log',
  'terraform output -json > outputs.json',
].join(' && ');

/** Returns Terraform's environment: the cloud's variables and the same provider mirror, linked. */
export async function byHandEnvironment(
  directory: string,
  cloud: Record<string, string> = {},
): Promise<Record<string, string>> {
  const mirror = providerMirror();
  const config = join(directory, 'terraform.rc');
  const installation = mirror ? `filesystem_mirror {\n    path = "${mirror}"\n  }` : 'direct {}';
  await mkdir(directory, { recursive: true });
  await writeFile(config, `disable_checkpoint = true\nprovider_installation {\n  ${installation}\n}\n`);
  return {
    PATH: process.env.PATH ?? '',
    HOME: directory,
    TF_CLI_CONFIG_FILE: config,
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
    ...cloud,
  };
}

/** Writes a project's files into a new folder. */
export async function writeProject(directory: string, code: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'main.tf'), code);
}

/** Runs a shell command line; returns its duration. */
export async function timeShell(
  script: string,
  options: { cwd: string; env: Record<string, string> },
): Promise<number> {
  const startedAt = performance.now();
  await run('sh', ['-c', script], { ...options, timeout: timeoutMs });
  return performance.now() - startedAt;
}

/** Finds the mirror that the runner uses; see `conventionalMirror` there. */
function providerMirror(): string | undefined {
  const candidates = process.env.TERRAFORM_PROVIDER_MIRROR
    ? [process.env.TERRAFORM_PROVIDER_MIRROR]
    : [
        '/opt/tf-plugins',
        join(homedir(), '.terraform.d/plugins'),
        '/usr/share/terraform/plugins',
        '/usr/local/share/terraform/plugins',
      ];
  return candidates.find((path) => existsSync(join(path, 'registry.terraform.io')));
}
