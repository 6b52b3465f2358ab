import { describeUnless } from '../../scripts/jest/unless.ts';
import { type Postgres, skipWithoutPostgres, startPostgres } from '../../testing/postgres.ts';
import { transition } from '../src/jobs/transition.ts';
import { helloCode, startTestGateway, type TestGateway } from './support.ts';

describeUnless(skipWithoutPostgres())('with PostgreSQL', () => {
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

  test('a notification that is deleted while a job changes can’t make the change fail', async () => {
    const { query } = it.gateway.context.database;
    const url = 'https://hooks.example.org/x';
    const { body } = await it.client.post('/api/notifications', { name: 'n', url });
    const { jobId } = (await it.client.post('/api/deploy', { projectId: 'raced', iacCode: helloCode })).body;
    let change: Promise<unknown> = Promise.resolve();
    await query.transaction().execute(async (trx) => {
      await trx.deleteFrom('notification_targets').where('id', '=', body.notificationId).execute();
      change = query
        .transaction()
        .execute((other) => transition(other, { jobId }, 'cancel', 'It is cancelled.'));
      change.catch(() => {});
      await query.selectFrom('notification_targets').select('id').execute(); // the change is under way
    });
    await expect(change).resolves.toMatchObject({ status: 'cancelled' });
    expect(await query.selectFrom('outbox').select('id').execute()).toStrictEqual([]);
  });
});
