import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const main = join(import.meta.dirname, '../cli/src/main.ts');

/** Runs the `deployer` command against an engine; returns what it printed. */
export async function deployer(url: string, ...words: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [main, '--url', url, ...words])).stdout;
}
