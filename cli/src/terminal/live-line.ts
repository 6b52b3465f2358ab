import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { fitting } from './width.ts';

/** A line at the end of the output that is replaced as work proceeds; other lines are printed above it. */
export class LiveLine {
  readonly #stream: WriteStream;
  #text = '';
  #held: string[] | undefined;
  readonly #onResize = () => {
    if (!this.#held) this.#stream.write(this.#erased() + this.#fitted());
  };

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  print(line: string): void {
    if (this.#held) this.#held.push(line);
    else this.#stream.write(`${this.#erased()}${line}\n${this.#fitted()}`);
  }

  show(text: string): void {
    if (text === this.#text) return;
    if (this.#text === '') this.#stream.on('resize', this.#onResize);
    this.#text = text;
    if (!this.#held) this.#stream.write(`${this.#erased()}${this.#fitted()}`);
  }

  /** Keeps everything back while the user is asked something. */
  hold(): void {
    this.#held = [];
    this.#stream.write(this.#erased());
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#stream.write(this.#fitted());
    for (const line of held) this.print(line);
  }

  end(): void {
    this.show('');
    this.#stream.off('resize', this.#onResize);
  }

  /** A narrower window may have broken the line into several; the cursor is at the beginning of the first. */
  #erased(): string {
    return '\r\u001b[J';
  }

  /** A line that is wider than the window would leave its first part behind. */
  #fitted(): string {
    const width = Math.max(1, (this.#stream.columns || 80) - 1);
    return `${fitting(stripVTControlCharacters(this.#text), width)}\r`;
  }
}
