/**
 * Does a piece of work when it is woken, never twice at once: woken in the middle, it does the work once more afterwards. An error
 * ends only this turn.
 */
export class Waker implements AsyncDisposable {
  readonly #work: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #again: () => void;
  #working: Promise<void> | undefined;
  #wokenWhileWorking = false;
  #isStopping = false;

  /** `again` is called after a turn in which it was woken; by default it wakes at once. */
  constructor(
    work: () => Promise<void>,
    onError: (error: unknown) => void,
    again: () => void = () => this.wake(),
  ) {
    this.#work = work;
    this.#onError = onError;
    this.#again = again;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  wake(): void {
    if (this.#isStopping) return;
    if (this.#working) {
      this.#wokenWhileWorking = true;
      return;
    }
    this.#working = this.#work()
      .catch(this.#onError)
      .finally(() => {
        this.#working = undefined;
        if (!this.#wokenWhileWorking) return;
        this.#wokenWhileWorking = false;
        this.#again();
      });
  }

  /** Waits for the turn that is being done, and begins no other one. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    await this.#working;
  }
}
