/** Tells listeners of pipelines that there may be news; each reads what concerns it. */
export class PipelineFeed {
  readonly #listeners = new Set<() => void>();
  #soon: NodeJS.Timeout | undefined;

  /** Returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Jobs store several batches of events a second. */
  changed(): void {
    if (this.#listeners.size === 0) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      for (const listener of this.#listeners) listener();
    }, 50);
  }
}
