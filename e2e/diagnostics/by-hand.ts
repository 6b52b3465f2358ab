import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { providerMirror } from '../../testing/local-aws.ts';
import type { WrongProgram } from './wrong-programs.ts';

/** A diagnostic in Terraform's own JSON. */
export type Said = {
  severity: string;
  summary: string;
  detail: string;
  address?: string;
  range?: { filename: string; start: { line: number; column: number } };
  snippet?: { code: string; context: string | null } | null;
};
export type ByHand = { stage: 'init' | 'validate' | 'plan' | 'none'; errors: Said[] };

const timeoutMs = 120_000;

/** Runs init, validate and plan like a user at a terminal, up to the first that fails. */
export async function byHand({ files, variables }: WrongProgram): Promise<ByHand> {
  const folder = await mkdtemp(join(tmpdir(), 'by-hand-'));
  try {
    const code = join(folder, 'code');
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(code, path)), { recursive: true });
      await writeFile(join(code, path), content);
    }
    const mirror = providerMirror();
    const settings = join(folder, 'terraform.tfrc');
    await writeFile(
      settings,
      mirror ? `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n` : '',
    );
    const values = Object.entries(variables ?? {}).map(([name, value]) => `-var=${name}=${value}`);
    for (const [stage, args] of [
      ['init', ['init', '-input=false', '-json']],
      ['validate', ['validate', '-json']],
      ['plan', ['plan', '-input=false', '-json', ...values]],
    ] as const) {
      const errors = errorsIn(await run(args, code, { HOME: folder, TF_CLI_CONFIG_FILE: settings }));
      if (errors.length > 0) return { stage, errors };
    }
    return { stage: 'none', errors: [] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `validate` prints one document, the others one line per message. */
function errorsIn(output: string): Said[] {
  const whole = parse(output) as { diagnostics?: Said[] } | undefined;
  const said =
    whole?.diagnostics ??
    output.split('\n').map((line) => (parse(line) as { diagnostic?: Said })?.diagnostic);
  return said
    .filter((one) => one !== undefined)
    .filter(
      ({ severity, range, summary }) =>
        // Excludes the introduction to a list of problems.
        severity === 'error' && !(range === undefined && /encountered problems/.test(summary)),
    );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function run(args: readonly string[], cwd: string, env: Record<string, string>): Promise<string> {
  const terraform = process.env.TERRAFORM_BINARY_PATH || 'terraform';
  const environment = {
    PATH: process.env.PATH ?? '',
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
    ...env,
  };
  return new Promise((resolve) => {
    execFile(
      terraform,
      args,
      { cwd, env: environment, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024 },
      (_error, stdout) => resolve(stdout),
    );
  });
}
