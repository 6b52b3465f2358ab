import type { Http2Session } from 'node:http2';
import type { Upstream } from './upstream.ts';

/**
 * Gives each of Terraform's connections a provider process of its own. Terraform opens a connection for each provider
 * configuration, an alias or a module's, and a process knows only the configuration it was given last. A process
 * whose connection has ended serves the next one, which configures it anew.
 */
export function createUpstreamPool(first: Upstream, start: () => Promise<Upstream | undefined>) {
  const idle: Upstream[] = [];
  const all = new Set<Upstream>();
  const taken = new WeakMap<Http2Session, Promise<Upstream | undefined>>();

  function add(upstream: Upstream): void {
    all.add(upstream);
    upstream.session.once('close', () => {
      all.delete(upstream);
      const index = idle.indexOf(upstream);
      if (index >= 0) idle.splice(index, 1);
    });
  }

  async function take(): Promise<Upstream | undefined> {
    const free = idle.shift();
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
      idle.push(upstream);
    }
  }

  add(first);
  idle.push(first);
  return {
    /** The process of this connection. Where it dies, so does the connection: Terraform reports it. */
    of(connection: Http2Session): Promise<Upstream | undefined> {
      const known = taken.get(connection);
      if (known) return known;
      const upstream = take();
      taken.set(connection, upstream);
      void upstream.then((process) => bind(connection, process, release));
      return upstream;
    },
    /** Called when a call has ended: a process that was left during one can be used again now. */
    release,
    /** A process to ask what does not depend on a configuration. */
    any: (): Upstream | undefined => [...all].find(({ isStopped }) => !isStopped),
    all: (): Iterable<Upstream> => all,
  };
}

/** Ends the connection with its process, and leaves the process when the connection has ended. */
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
