import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { outputMode } from './output-mode.ts';

/** Whether a person can be asked: both ends are a terminal, and nobody has said --no-input. */
export function isInteractive(): boolean {
  return Boolean(outputMode().input && process.stdin.isTTY && process.stderr.isTTY);
}

/** Asks on the terminal. Returns `undefined` if the user interrupts or closes the input. */
export async function ask(question: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const left = new AbortController();
  lines.once('SIGINT', () => left.abort());
  lines.once('close', () => left.abort());
  try {
    return (await lines.question(question, { signal: left.signal })).trim();
  } catch {
    process.stderr.write('\n');
    return undefined;
  } finally {
    lines.close();
  }
}

/** Asks for a secret, which is not shown. Returns `undefined` if the user interrupts. */
export async function askHidden(question: string): Promise<string | undefined> {
  const { stdin, stderr } = process;
  stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  const left = new AbortController();
  lines.once('SIGINT', () => left.abort());
  lines.once('close', () => left.abort());
  try {
    return await lines.question('', { signal: left.signal });
  } catch {
    return undefined;
  } finally {
    lines.close();
    stderr.write('\n');
  }
}
