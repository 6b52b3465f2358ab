import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

const pollMs = 150;
const chunkBytes = 64 * 1024;
/** Shared by all tails: reads are synchronous and the bytes are copied at once. */
const buffer = Buffer.allocUnsafe(chunkBytes);
/** Longer lines are truncated: splitting them could hide text that must be redacted. */
const maxLineBytes = 8 * 1024 * 1024;

export type Line = {
  text: string;
  /** Offset in the file of the byte after the line. */
  endOffset: number;
};

export type Tail = {
  /** Reads what is left, including an unterminated last line, and stops. */
  finish(): Promise<void>;
  /** Stops without reading on. */
  stop(): void;
};

/** Passes on the complete lines of a growing file from a byte offset, in batches. */
export function tailFile(path: string, from: number, onLines: (lines: Line[]) => void): Tail {
  let descriptor: number | undefined;
  let offset = from;
  let rest = Buffer.alloc(0);
  let stopped = false;

  function readChunk(): boolean {
    if (descriptor === undefined && existsSync(path)) descriptor = openSync(path, 'r');
    const bytes = descriptor === undefined ? 0 : readSync(descriptor, buffer, 0, chunkBytes, offset);
    offset += bytes;
    const chunk = buffer.subarray(0, bytes);
    const isOfLongLine = rest.length === maxLineBytes && !chunk.includes(10);
    if (bytes > 0 && !isOfLongLine) takeLines(Buffer.concat([rest, chunk]));
    return bytes > 0;
  }

  function takeLines(data: Buffer): void {
    const found = splitLines(data, offset - data.length);
    rest = found.rest;
    if (found.lines.length > 0) onLines(found.lines);
  }

  async function readAll(): Promise<void> {
    while (!stopped && readChunk()) await nextTurn();
  }

  let reading = Promise.resolve();
  const timer = setInterval(() => {
    reading = reading.then(readAll).catch(() => {}); // retried by the next poll, at last by finish
  }, pollMs);

  function stop(): void {
    stopped = true;
    clearInterval(timer);
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  }

  return {
    stop,
    async finish() {
      clearInterval(timer);
      await reading;
      await readAll();
      if (rest.length > 0) onLines([{ text: rest.toString('utf8'), endOffset: offset }]);
      rest = Buffer.alloc(0);
      stop();
    },
  };
}

/** Splits `data`, which starts at byte `base` of the file, into complete lines and the unfinished rest. */
function splitLines(data: Buffer, base: number): { lines: Line[]; rest: Buffer<ArrayBuffer> } {
  const lines: Line[] = [];
  let start = 0;
  for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, start)) {
    lines.push({
      text: data.toString('utf8', start, Math.min(end, start + maxLineBytes)),
      endOffset: base + end + 1,
    });
    start = end + 1;
  }
  return { lines, rest: Buffer.from(data.subarray(start, start + maxLineBytes)) };
}
