/** An event as it is on the wire; `id` is `undefined` if it has none of its own. */
export type RawEvent = { id: string | undefined; type: string; data: string };

/**
 * Parses a stream of server-sent events piece by piece. An event that the stream does not finish is not returned.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class EventParser {
  /** Wait before a reconnection that the engine asked for. */
  retryMs: number | undefined;
  #rest = '';
  #afterReturn = false;
  #id: string | undefined;
  #type = '';
  #data: string[] = [];

  push(text: string): RawEvent[] {
    const given = this.#afterReturn && text.startsWith('\n') ? text.slice(1) : text;
    if (text !== '') this.#afterReturn = text.endsWith('\r');
    const lines = (this.#rest + given).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#readLine(line) ?? []);
  }

  #readLine(line: string): RawEvent | undefined {
    if (line === '') return this.#finishEvent();
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.#type = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
    return undefined;
  }

  #finishEvent(): RawEvent | undefined {
    const event = { id: this.#id, type: this.#type || 'message', data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#id = undefined;
    this.#type = '';
    this.#data = [];
    return isEmpty ? undefined : event;
  }
}
