import { testUnless } from '../../scripts/jest/unless.ts';
import { skipWithoutPostgres, startPostgres } from '../../testing/postgres.ts';

/** Repeats the tests of a file, which `load` imports, with gateways on a PostgreSQL server: each gets a database of its own. */
export async function onPostgresql(load: () => Promise<unknown>): Promise<void> {
  const problem = skipWithoutPostgres();
  if (problem) {
    testUnless(problem)('on PostgreSQL', () => undefined);
    return;
  }
  const server = await startPostgres();
  process.env.SHARED_POSTGRES_URL = server.url;
  process.env.GATEWAYS_ON_POSTGRESQL = '1';
  await load();
  afterAll(() => server.stop()); // after the gateways of the file
}
