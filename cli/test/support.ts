import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const main = join(import.meta.dirname, '../src/main.ts');

/** Settings of whoever runs the tests must not count, nor that npm may have started them. */
export const withoutSettings: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(DEPLOYER_|TF_VAR_|GITHUB_|npm_|CI$|NO_COLOR$|FORCE_COLOR$)/.test(name),
    ),
  ),
  XDG_CONFIG_HOME: '/nonexistent',
};

export type Ran = { code: number | null; stdout: string; stderr: string };
export type RunOptions = { cwd?: string; env?: Record<string, string>; input?: string };
export type Running = {
  /** Sends a signal once standard error has this text. */
  interruptAfter(text: RegExp, signal: NodeJS.Signals): void;
  /** Calls back once standard error has this text. */
  after(text: RegExp, act: () => void): void;
  ended: Promise<Ran>;
};

/** Starts `deployer` with pipes, as a script does. Without an address, its settings name one. */
export function startDeployer(url: string | undefined, words: string[], options: RunOptions = {}): Running {
  const child = spawn(process.execPath, [main, ...words], {
    env: { ...withoutSettings, ...(url ? { DEPLOYER_URL: url } : {}), ...options.env },
    cwd: options.cwd,
  });
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  const watchers: { text: RegExp; act: () => void }[] = [];
  child.stdin.end(options.input ?? '');
  child.stdout.on('data', (chunk) => {
    ran.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    ran.stderr += chunk;
    for (const [index, { text, act }] of [...watchers.entries()].reverse())
      if (text.test(ran.stderr)) {
        watchers.splice(index, 1);
        act();
      }
  });
  const after = (text: RegExp, act: () => void) => void watchers.push({ text, act });
  return {
    after,
    interruptAfter: (text, signal) => after(text, () => child.kill(signal)),
    ended: new Promise((resolve) => child.on('close', (code) => resolve({ ...ran, code }))),
  };
}

export function runDeployer(url: string | undefined, words: string[], options?: RunOptions): Promise<Ran> {
  return startDeployer(url, words, options).ended;
}

/** Writes files, by path relative to the folder. */
export async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
