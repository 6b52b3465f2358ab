import assert from 'node:assert/strict';
import { startGuardedGateway } from './access-support.ts';

test('a key expires no later than the key that created it', async () => {
  await using it = await startGuardedGateway();
  const brief = await it.withKey('admin', ['*'], { expiresInDays: 10 });
  const expiryOf = async (client: typeof it.admin, expiresInDays: number) => {
    const key = { name: 'next', role: 'viewer', projects: ['*'], expiresInDays };
    const { status, body } = await client.post('/api/keys', key);
    expect(status).toBe(201);
    return body.expiresAt as string;
  };
  const { keys } = (await it.admin.get('/api/keys')).body;
  const own = keys.find(({ id }: { id: string }) => id === brief.id).expiresAt;
  expect(await expiryOf(brief.client, 366)).toBe(own);
  assert.ok((await expiryOf(brief.client, 5)) < own);
  assert.ok((await expiryOf(it.admin, 366)) > own, 'the first key never ends');
});
