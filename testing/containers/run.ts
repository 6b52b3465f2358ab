import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const limitMs = 600_000;
const execute = promisify(execFile);

/** Runs a command and returns its output; throws with the end of both streams if it fails or takes 10 minutes. */
export async function run(command: string, args: string[], cwd = '/'): Promise<string> {
  try {
    const { stdout } = await execute(command, args, { cwd, timeout: limitMs, maxBuffer: 50_000_000 });
    return stdout.trim();
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(
      `${command} ${args.slice(0, 3).join(' ')} failed:\n${`${stdout}\n${stderr}`.slice(-4000)}`,
    );
  }
}
