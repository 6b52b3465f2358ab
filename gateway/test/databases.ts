import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeUnless } from '../../scripts/jest/unless.ts';
import {
  type Postgres,
  skipBesideSharedServer,
  skipWithoutPostgres,
  startPostgres,
} from '../../testing/postgres.ts';
import { type OpenDatabase, openDatabase } from '../src/server/database/open.ts';

/** Runs the same tests with the embedded database (no url) and with a PostgreSQL server started for them. */
export function onBothKinds<T extends AsyncDisposable>(
  open: (url?: string) => Promise<T>,
  tests: (it: () => T) => void,
): void {
  for (const kind of ['embedded', 'postgresql'] as const)
    describeUnless(kind === 'postgresql' ? skipWithoutPostgres() : skipBesideSharedServer())(
      `on the ${kind} database`,
      () => {
        let server: Postgres | undefined;
        let opened: T;
        beforeAll(async () => {
          server = kind === 'postgresql' ? await startPostgres() : undefined;
          opened = await open(server?.url);
        });
        afterAll(async () => {
          await opened?.[Symbol.asyncDispose]();
          await server?.stop();
        });
        tests(() => opened);
      },
    );
}

/** A migrated database that only the tests use. */
export function onEachDatabase(tests: (query: () => OpenDatabase['query']) => void): void {
  const open = async (databaseUrl?: string) => {
    const directory = await mkdtemp(join(tmpdir(), 'db-'));
    const database = await openDatabase({ databaseUrl, dataDir: directory });
    return {
      query: database.query,
      async [Symbol.asyncDispose]() {
        await database.close();
        await rm(directory, { recursive: true, force: true });
      },
    };
  };
  onBothKinds(open, (it) => tests(() => it().query));
}
