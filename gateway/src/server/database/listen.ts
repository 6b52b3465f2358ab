import pg from 'pg';
import { retryDelays } from '../../retry-delays.ts';

const connectTimeoutMs = 10_000;

/** Calls the listeners of a notification's channel. */
export class Listeners {
  readonly #channels = new Map<string, ((payload: string) => void)[]>();

  get channels(): string[] {
    return [...this.#channels.keys()];
  }

  /** Returns whether it is the first of its channel, so that the database has to be asked for it. */
  add(channel: string, listener: (payload: string) => void): boolean {
    const known = this.#channels.get(channel) ?? [];
    this.#channels.set(channel, [...known, listener]);
    return known.length === 0;
  }

  tell({ channel, payload }: pg.Notification): void {
    for (const listener of this.#channels.get(channel) ?? []) listener(payload ?? '');
  }
}

/**
 * Listens on a separate connection and reconnects after a failure. It retries until the gateway closes, with at most
 * 10 s between attempts. Meanwhile `readyz` reports that the database does not answer, and workers poll.
 */
export function listenOnPostgres(url: string) {
  const listeners = new Listeners();
  const reconnected: (() => void)[] = [];
  let client: pg.Client | undefined;
  const closing = new AbortController();

  async function connect(): Promise<pg.Client> {
    const fresh = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: connectTimeoutMs,
    });
    fresh.on('notification', (notification) => listeners.tell(notification));
    fresh.on('error', () => void reconnect(fresh));
    fresh.on('end', () => void reconnect(fresh));
    await fresh.connect();
    for (const channel of listeners.channels) await fresh.query(`listen ${channel}`);
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
      const isFirst = listeners.add(channel, listener);
      if (!client) client = await connect();
      else if (isFirst) await client.query(`listen ${channel}`);
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
