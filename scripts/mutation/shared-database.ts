import { openDatabase } from '../../gateway/src/server/database/open.ts';
import { skipWithoutPostgres, startPostgres } from '../../testing/postgres.ts';

/**
 * Starts one PostgreSQL server for all test files, whose new databases have the engine's tables: a database of its own
 * takes each file seconds. Without PostgreSQL the files use the embedded database.
 */
export async function shareDatabase(): Promise<AsyncDisposable> {
  if (skipWithoutPostgres()) return { async [Symbol.asyncDispose]() {} };
  const server = await startPostgres();
  const template = await openDatabase({ databaseUrl: new URL('/template1', server.url).href, dataDir: '' });
  await template.close();
  process.env.SHARED_POSTGRES_URL = server.url;
  return {
    async [Symbol.asyncDispose]() {
      await server.stop();
    },
  };
}
