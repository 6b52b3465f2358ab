import { StringDecoder } from 'node:string_decoder';
import type { Redactor } from './redactor.ts';

/** A line longer than this leaves in parts, so that output without newlines needs no more memory. */
const maxHeldCharacters = 256 * 1024;

/**
 * Redacts a stream. Text is held back until its line is complete, so a secret that two chunks share is found;
 * so is a character that two chunks share.
 */
export class LineRedactor {
  private readonly redactor: Redactor;
  private readonly decoder = new StringDecoder('utf8');
  private held = '';

  constructor(redactor: Redactor) {
    this.redactor = redactor;
  }

  /** Takes a chunk in; answers the text that may leave, which may be empty. */
  push(chunk: string | Uint8Array): string {
    const text = typeof chunk === 'string' ? chunk : this.decoder.write(chunk);
    const lineEnd = text.lastIndexOf('\n') + 1;
    const heldBefore = this.held.length;
    this.held += text;
    if (lineEnd > 0) return this.release(heldBefore + lineEnd);
    return this.held.length > maxHeldCharacters + this.redactor.longest ? this.releasePart() : '';
  }

  /** What is still held, when the stream has ended. */
  flush(): string {
    this.held += this.decoder.end();
    return this.release(this.held.length);
  }

  private release(length: number): string {
    const text = this.held.slice(0, length);
    this.held = this.held.slice(length);
    return this.redactor.redactText(text);
  }

  /** Keeps the end, where a secret may have begun; never cuts one that is complete. */
  private releasePart(): string {
    const margin = this.held.length - this.redactor.longest - 8;
    const limit = isLowSurrogate(this.held.charCodeAt(margin)) ? margin - 1 : margin;
    const crossing = this.redactor.spans(this.held).find(({ from, to }) => from < limit && to > limit);
    return this.release(crossing ? crossing.from : limit);
  }
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
