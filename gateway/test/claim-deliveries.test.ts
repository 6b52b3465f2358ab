import { claimDeliveries } from '../src/infrastructure/notifications/claim-deliveries.ts';
import { onEachDatabase } from './databases.ts';

onEachDatabase((query) => {
  const addTarget = async (id: string) => {
    const row = { id, kind: 'webhook' as const, name: 'n', projects: '*', events: '[]', created_by: 'a' };
    await query()
      .insertInto('notification_targets')
      .values({ ...row, content: Buffer.from('') })
      .execute();
  };
  /** Stores a message of a project, and returns its id. */
  const add = async (target_id: string, project_id: string, attempts = 0): Promise<number> => {
    const row = { target_id, project_id, job_id: 'deploy-1', event: 'job.failed' as const, attempts };
    const { id } = await query().insertInto('outbox').values(row).returning('id').executeTakeFirstOrThrow();
    return Number(id);
  };
  const claim = async (limit: number) =>
    (await claimDeliveries({ query: query() }, limit)).map(({ id }) => Number(id)).toSorted((a, b) => a - b);
  afterEach(async () => {
    await query().deleteFrom('notification_targets').execute();
  });

  test('a target with many projects is sent two messages at once; others have room', async () => {
    for (const id of ['busy', 'other']) await addTarget(id);
    const busy: number[] = [];
    for (const project of ['a', 'b', 'c', 'd', 'e']) busy.push(await add('busy', project));
    const other = await add('other', 'a');
    expect(await claim(4)).toStrictEqual([busy[0], busy[1], other]);
    expect(await claim(4)).toStrictEqual([]);
    await query()
      .updateTable('outbox')
      .set({ delivered_at: new Date(), claimed_until: null })
      .where('id', '=', busy[0] ?? 0)
      .execute();
    expect(await claim(4)).toStrictEqual([busy[2]]);
  });

  test('a new message comes before those that have failed, however old they are', async () => {
    for (const id of ['failing-1', 'failing-2', 'new']) await addTarget(id);
    for (const target of ['failing-1', 'failing-2']) await add(target, 'a', 3);
    const fresh = await add('new', 'a');
    expect(await claim(1)).toStrictEqual([fresh]);
  });

  test('messages of one project stay in order', async () => {
    await addTarget('ordered');
    const [first, second] = [await add('ordered', 'a', 5), await add('ordered', 'a')];
    expect(await claim(10)).toStrictEqual([first]);
    await query().deleteFrom('outbox').where('id', '=', first).execute();
    expect(await claim(10)).toStrictEqual([second]);
  });

  test('of ten deliverers at once, one claims a message', async () => {
    await addTarget('raced');
    const id = await add('raced', 'a');
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(10)));
    expect(claims.flat()).toStrictEqual([id]);
  });
});
