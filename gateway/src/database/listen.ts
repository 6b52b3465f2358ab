import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const reconnectDelayMs = 500;

/** LISTEN on a connection of its own that comes back after a failure. */
export function listenOnPostgres(url: string) {
  const listeners = new Map<string, ((payload: string) => void)[]>();
  const reconnected: (() => void)[] = [];
  let client: pg.Client | undefined;
  let closed = false;

  async function connect(): Promise<pg.Client> {
    const fresh = new pg.Client({ connectionString: url, keepAlive: true });
    fresh.on('notification', ({ channel, payload }) => {
      for (const listener of listeners.get(channel) ?? []) listener(payload ?? '');
    });
    fresh.on('error', () => void reconnect(fresh));
    fresh.on('end', () => void reconnect(fresh));
    await fresh.connect();
    for (const channel of listeners.keys()) await fresh.query(`listen ${channel}`);
    return fresh;
  }

  async function reconnect(broken: pg.Client): Promise<void> {
    if (closed || broken !== client) return;
    client = undefined;
    while (!closed && !client) {
      await delay(reconnectDelayMs);
      client = await connect().catch(() => undefined);
    }
    for (const listener of reconnected) listener();
  }

  return {
    async listen(channel: string, listener: (payload: string) => void): Promise<void> {
      const known = listeners.get(channel);
      listeners.set(channel, [...(known ?? []), listener]);
      if (!client) client = await connect();
      else if (!known) await client.query(`listen ${channel}`);
    },
    onReconnect(listener: () => void): void {
      reconnected.push(listener);
    },
    async close(): Promise<void> {
      closed = true;
      await client?.end().catch(() => {});
    },
  };
}
