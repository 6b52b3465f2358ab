import pg from 'pg';
import { retryDelays } from '../../retry-delays.ts';

const connectTimeoutMs = 10_000;

/**
 * Listens on a separate connection and reconnects after a failure. It retries until the gateway closes, with at most
 * 10 s between attempts. Meanwhile `readyz` reports that the database does not answer, and workers poll.
 */
export function listenOnPostgres(url: string) {
  const listeners = new Map<string, ((payload: string) => void)[]>();
  const reconnected: (() => void)[] = [];
  let client: pg.Client | undefined;
  const closing = new AbortController();

  async function connect(): Promise<pg.Client> {
    const fresh = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: connectTimeoutMs,
    });
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
    if (closing.signal.aborted || broken !== client) return;
    client = undefined;
    const delays = retryDelays({ firstMs: 500, maxMs: 10_000, signal: closing.signal });
    while (!client) {
      await delays.wait().catch(() => {});
      if (closing.signal.aborted) return;
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
      closing.abort();
      await client?.end().catch(() => {});
    },
  };
}
