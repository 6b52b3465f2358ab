/** A wrong call; its message holds nothing that others wrote, so that it may be shown without marks. */
export class CallError extends Error {
  override readonly name = 'CallError';
}
