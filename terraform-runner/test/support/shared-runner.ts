import type { RunnerConfig } from '../../src/config.ts';
import { bootRunner, type Folders, makeFolders } from './boot.ts';
import type { Client } from './client.ts';
import { processesIn } from './processes.ts';
import { waitUntil } from './wait-until.ts';

export type SharedRunner = {
  readonly client: Client;
  readonly folders: Folders;
  restart(): Promise<void>;
};

/** Gives the tests of the current file one runner. After the last one, no process of it may be left. */
export function sharedRunner(more: Partial<RunnerConfig> = {}): SharedRunner {
  let folders: Folders;
  let runner: Awaited<ReturnType<typeof bootRunner>>;
  beforeAll(async () => {
    folders = makeFolders();
    runner = await bootRunner(folders, more);
  });
  afterAll(async () => {
    await runner[Symbol.asyncDispose]();
    await waitUntil('no process is left', () => processesIn(folders.root).length === 0);
    folders[Symbol.dispose]();
  });
  return {
    get client() {
      return runner.client;
    },
    get folders() {
      return folders;
    },
    async restart() {
      await runner[Symbol.asyncDispose]();
      runner = await bootRunner(folders, more);
    },
  };
}
