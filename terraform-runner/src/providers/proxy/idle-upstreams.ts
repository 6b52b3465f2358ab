import type { Upstream } from './upstream.ts';

/**
 * One command ends and the next opens its connection at the same time: waiting for the process of the closed connection is
 * faster than starting another.
 */
const soonMs = 200;

/** Processes without a connection, first come, first served. */
export class IdleUpstreams {
  readonly #idle: Upstream[] = [];
  readonly #waiting: ((upstream: Upstream | undefined) => void)[] = [];

  add(upstream: Upstream): void {
    const next = this.#waiting.shift();
    if (next) next(upstream);
    else this.#idle.push(upstream);
  }

  remove(upstream: Upstream): void {
    const index = this.#idle.indexOf(upstream);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  /** Returns a process; `undefined` if none is idle and none will be soon. */
  async take(): Promise<Upstream | undefined> {
    return this.#idle.shift() ?? this.#soon();
  }

  #soon(): Promise<Upstream | undefined> {
    return new Promise((resolve) => {
      const settle = (upstream: Upstream | undefined) => {
        clearTimeout(timer);
        resolve(upstream);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(settle), 1);
        resolve(undefined);
      }, soonMs);
      this.#waiting.push(settle);
    });
  }
}
