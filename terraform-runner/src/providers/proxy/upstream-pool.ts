import type { Http2Session } from 'node:http2';
import { IdleUpstreams } from './idle-upstreams.ts';
import type { Upstream } from './upstream.ts';

/**
 * Gives each of Terraform's connections that configures a provider its own process. Terraform opens one connection for
 * each provider configuration (an alias, or a module's), and a process knows only its last configuration. When a
 * connection ends, its process serves the next one, which configures it again. A connection that only validates needs
 * none of its own: Terraform keeps it open beside the one that plans, until the command ends.
 */
export function createUpstreamPool(first: Upstream, start: () => Promise<Upstream | undefined>) {
  const idle = new IdleUpstreams();
  const all = new Set<Upstream>();
  const taken = new WeakMap<Http2Session, Promise<Upstream | undefined>>();

  function add(upstream: Upstream): void {
    all.add(upstream);
    upstream.session.once('close', () => {
      all.delete(upstream);
      idle.remove(upstream);
    });
  }

  async function take(): Promise<Upstream | undefined> {
    const free = await idle.take();
    if (free) return free;
    const started = await start();
    if (started) add(started);
    return started;
  }

  function release(upstream: Upstream): void {
    if (upstream.session.destroyed || !upstream.isLeft || upstream.applies > 0) return;
    if (upstream.isStopped) upstream.end();
    else {
      upstream.isLeft = false;
      upstream.stopAsked = false;
      idle.add(upstream);
    }
  }

  add(first);
  idle.add(first);
  return {
    /** Returns the process of a connection that has taken one. */
    taken: (connection: Http2Session): Promise<Upstream | undefined> =>
      taken.get(connection) ?? Promise.resolve(undefined),
    /** Returns this connection's process, which it takes now if it has none. If it dies, the connection ends and Terraform reports it. */
    of(connection: Http2Session): Promise<Upstream | undefined> {
      const known = taken.get(connection);
      if (known) return known;
      const upstream = take();
      taken.set(connection, upstream);
      void upstream.then((process) => bind(connection, process, release));
      return upstream;
    },
    /** Called when a call has ended: a process whose connection ended during the call can be reused now. */
    release,
    /** Returns any process, for calls that do not depend on a configuration. */
    any: (): Upstream | undefined => [...all].find(({ isStopped }) => !isStopped),
    all: (): Iterable<Upstream> => all,
  };
}

/** Ends the connection with its process, and releases the process when the connection ends. */
function bind(
  connection: Http2Session,
  process: Upstream | undefined,
  release: (process: Upstream) => void,
): void {
  if (!process) {
    connection.destroy();
    return;
  }
  process.session.once('close', () => connection.destroy());
  const leave = () => {
    process.isLeft = true;
    release(process);
  };
  if (connection.destroyed) leave();
  else connection.once('close', leave);
}

export type UpstreamPool = ReturnType<typeof createUpstreamPool>;
