import { sql } from 'kysely';
import { describeUnless } from '../../scripts/jest/unless.ts';
import { type Postgres, skipWithoutPostgres, startPostgres } from '../../testing/postgres.ts';
import { waitFor } from '../../testing/wait.ts';
import { prepareRevision, saveContent, saveKnownRevision } from '../src/projects/revisions/store.ts';
import { ensureProject } from '../src/projects/store.ts';
import { startTestGateway, type TestGateway } from './support.ts';

// The embedded database has one connection, so that its transactions never run at the same time.
describeUnless(skipWithoutPostgres())('at the moment in which a project is deleted', () => {
  let server: Postgres;
  let it: TestGateway;
  beforeAll(async () => {
    server = await startPostgres();
    it = await startTestGateway({ DATABASE_URL: server.url });
  });
  afterAll(async () => {
    await it?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  test('a deploy that has found its files stored keeps them, and the deletion waits for it', async () => {
    const { client, gateway } = it;
    const { database, encryption } = gateway.context;
    const iacCode = 'output "a" {\n  value = 1\n}\n';
    const { body } = await client.post('/api/deploy/plan', { projectId: 'old', iacCode });
    await client.post(`/api/deploy/jobs/${body.jobId}/cancel`, {});
    const revision = await prepareRevision({ 'main.tf': iacCode }, {});
    let deleting: ReturnType<typeof client.request> | undefined;
    await database.query.transaction().execute(async (trx) => {
      await ensureProject(trx, 'next');
      await saveContent(trx, revision);
      deleting = client.request('DELETE', '/api/deploy/projects/old');
      await waitFor('the deletion to wait', async () => (await waitingLocks(database.query)) > 0, 20_000);
      await saveKnownRevision(trx, encryption, 'next', revision);
    });
    expect((await deleting)?.status).toBe(200);
    const kept = await client.get('/api/deploy/history/next/revisions/1');
    expect(kept.body.files).toStrictEqual({ 'main.tf': iacCode });
  });
});

async function waitingLocks(query: TestGateway['gateway']['context']['database']['query']): Promise<number> {
  const { rows } = await sql<{ waiting: string }>`
    select count(*) as waiting from pg_locks where locktype = 'advisory' and not granted`.execute(query);
  return Number(rows[0]?.waiting);
}
