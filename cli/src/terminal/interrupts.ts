import { DetachedError } from '../exit-code.ts';
import { errorText } from '../messages/error-text.ts';
import type { ProgressView } from './progress-view.ts';
import { ask, isInteractive } from './prompt.ts';

export type Watched = {
  view: ProgressView;
  /** For example `job deploy-…`. */
  what: string;
  /** The command that continues to watch. */
  resume: string;
  cancel(): Promise<void>;
};

/**
 * Handles Ctrl-C and SIGTERM while something is watched that goes on without this command. On a terminal the first Ctrl-C
 * asks what to do, and the second detaches. Elsewhere the first one detaches.
 */
export class Interrupts implements Disposable {
  readonly #controller = new AbortController();
  readonly #watched: Watched;
  #asking = false;
  readonly #onInterrupt = () => void this.#interrupted();
  readonly #detach = () => {
    const { what, resume } = this.#watched;
    this.#controller.abort(new DetachedError(`detached; ${what} goes on. Watch it with: ${resume}`));
  };

  constructor(watched: Watched) {
    this.#watched = watched;
    process.on('SIGINT', this.#onInterrupt);
    process.on('SIGTERM', this.#detach);
  }

  /** Aborts with a `DetachedError`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#onInterrupt);
    process.off('SIGTERM', this.#detach);
  }

  async #interrupted(): Promise<void> {
    if (!isInteractive() || this.#asking) return this.#detach();
    this.#asking = true;
    const { view, what, cancel } = this.#watched;
    view.hold();
    const answer = await ask(`\nDetach, cancel ${what}, or go on? [d/c/G] `);
    if (answer === undefined || answer === 'd') this.#detach();
    if (answer === 'c') await cancel().catch((error: Error) => process.stderr.write(`${errorText(error)}\n`));
    this.#asking = false;
    view.release();
  }
}
