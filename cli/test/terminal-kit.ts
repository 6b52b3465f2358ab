import { join } from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { waitFor } from '../../testing/wait.ts';
import { type RunOptions, withoutSettings } from './support.ts';

const main = join(import.meta.dirname, '../src/main.ts');
const rows = 60;

/** `deployer` on a pseudo-terminal, whose output a terminal interprets. */
export type OnTerminal = {
  /** What a person sees, with what has scrolled away, without empty lines at the end. */
  screen(): string;
  /** Waits until the screen shows a text. */
  shows(text: RegExp | string): Promise<void>;
  type(keys: string): void;
  resize(columns: number): void;
  /** Everything that was written, with its control characters. */
  raw(): string;
  /** Exit code; 128 and the signal's number after a signal. */
  ended: Promise<number>;
};

type TerminalOptions = RunOptions & { columns?: number };

export const ctrlC = '\u0003';
const running = new Set<IPty>();

/** Kills what a failed test has left. */
export function endTerminals(): void {
  for (const child of running) child.kill('SIGKILL');
}

export function startOnTerminal(
  url: string,
  words: string[],
  { env, ...options }: TerminalOptions = {},
): OnTerminal {
  return startProgram(process.execPath, [main, ...words], { ...options, env: { DEPLOYER_URL: url, ...env } });
}

/** Starts any program on a pseudo-terminal. */
export function startProgram(
  file: string,
  words: string[],
  { columns = 100, ...options }: TerminalOptions = {},
): OnTerminal {
  const screen = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
  const env = { ...withoutSettings, TERM: 'xterm-256color', ...options.env };
  const child = spawn(file, words, {
    cols: columns,
    rows,
    cwd: options.cwd ?? process.cwd(),
    env: env as Record<string, string>,
  });
  running.add(child);
  child.onExit(() => running.delete(child));
  let raw = '';
  child.onData((data) => {
    raw += data;
    screen.write(data);
  });
  return {
    screen: () => textOf(screen),
    shows: async (text) => {
      const isShown = () =>
        typeof text === 'string' ? textOf(screen).includes(text) : text.test(textOf(screen));
      await waitFor(`${text}`, isShown).catch((error: Error) => {
        throw new Error(`${error.message}; the screen shows:\n${textOf(screen)}`);
      });
    },
    type: (keys) => child.write(keys),
    resize: (wanted) => {
      screen.resize(wanted, rows);
      child.resize(wanted, rows);
    },
    raw: () => raw,
    ended: new Promise((resolve) =>
      child.onExit(({ exitCode, signal }) =>
        screen.write('', () => resolve(signal ? 128 + signal : exitCode)),
      ),
    ),
  };
}

function textOf(screen: InstanceType<typeof xterm.Terminal>): string {
  const { active } = screen.buffer;
  const lines = Array.from({ length: active.length }, (_, index) => active.getLine(index));
  let text = '';
  for (const line of lines) text += `${line?.isWrapped ? '' : '\n'}${line?.translateToString(true) ?? ''}`;
  return text.trim();
}
