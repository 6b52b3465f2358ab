import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { readState, type StateFile } from './state-file.ts';

const pollMs = 500;

export type StateWatch = {
  /** Reads once more and stops; returns the newest complete state. */
  finish(): Promise<StateFile | undefined>;
  stop(): void;
};

/** Reports each new complete content of a state file; `known` is the digest of the state already reported. */
export function watchState(
  path: string,
  known: string | undefined,
  onChange: (state: StateFile) => Promise<void>,
): StateWatch {
  let newest: StateFile | undefined;
  let lastSha256 = known;
  let looking = Promise.resolve();

  async function look(): Promise<void> {
    const state = await readState(path);
    if (!state) return;
    newest = state;
    if (state.sha256 === lastSha256) return;
    lastSha256 = state.sha256;
    await onChange(state);
  }
  const lookSoon = () => {
    looking = looking.then(look).catch(() => {});
  };

  const timer = setInterval(lookSoon, pollMs);
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(path), (_event, name) => name === basename(path) && lookSoon());
    watcher.on('error', () => watcher?.close()); // polling continues
  } catch {
    watcher = undefined; // the machine's limit of watches is reached: polling is enough
  }
  const stop = () => {
    clearInterval(timer);
    watcher?.close();
  };

  return {
    stop,
    async finish() {
      stop();
      await looking;
      await look();
      return newest;
    },
  };
}
