import type { Client } from '../../testing/client.ts';

/** Neither a template nor a notification reaches this machine, a private network or a cloud's metadata. */
export async function assertInsideIsClosed(client: Client, runnerUrl: string): Promise<void> {
  const { port } = new URL(runnerUrl);
  const inside = [
    '127.0.0.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '2130706433',
    '10.0.0.1',
    '169.254.169.254',
  ];
  const facts = { name: 'x', provider: 'aws', cloud_account_id: 'a', environment_id: 'e' };
  for (const host of inside) {
    const url = `https://${host}:${port}/healthz`;
    const template = { ...facts, template_type: 'terraform', template_url: url };
    const { status, body } = await client.post('/api/deployments', template);
    expect([host, status, body.code]).toStrictEqual([host, 422, 'template_refused']);
    expect(body.detail).toContain('inside a private network');
    for (const address of [url, url.replace('https', 'http')])
      for (const kind of ['webhook', 'slack']) {
        const { notificationId } = (
          await client.post('/api/notifications', { kind, name: 'n', url: address })
        ).body;
        const { body: tested } = await client.post(`/api/notifications/${notificationId}/test`, {});
        expect([kind, address, tested.delivered]).toStrictEqual([kind, address, false]);
        expect(tested.problem).toMatch(/inside a private network|only https/);
      }
  }
}
