import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { RunEventBody } from '@deployment-engine/contracts';
import type { RunEvent } from '@deployment-engine/runner-api';

/**
 * Where an event comes from. An event is dropped unless its offset is greater than the last one of its
 * source, so nothing is written twice. One-time events have offset 1.
 */
export type EventSource = { key: string; offset: number };

/** `more` marks every event of a batch but the last; a batch without its last event is discarded. */
export type StoredEvent = RunEvent & { source?: EventSource; more?: true };

/** Reserved for a run's last events when the disk is full. */
const reserveBytes = 64 * 1024;

/**
 * A run's events in an append-only file. Events are written before anybody reads them, so readers can resume
 * after any number, and a restarted runner continues without gap or duplicate.
 */
export class EventLog {
  readonly path: string;
  readonly #onWriteError: (error: Error) => void;
  readonly #listeners = new Set<() => void>();
  readonly #offsets = new Map<string, number>();
  readonly #once = new Map<string, RunEvent>();
  readonly #maxBytes: number;
  #descriptor: number;
  #size = 0;
  #lastSeq = 0;
  #finished = false;
  #unwritten: StoredEvent[] = [];

  /** Opens a run's log, drops an incomplete last batch, and passes each event in it to `onEvent`. */
  constructor(
    path: string,
    onEvent: (event: RunEvent) => void,
    onWriteError: (error: Error) => void,
    maxBytes: number,
  ) {
    this.path = path;
    this.#onWriteError = onWriteError;
    this.#maxBytes = maxBytes;
    this.#descriptor = openSync(path, 'a', 0o600);
    for (const batch of completeBatches(readWhole(path))) {
      this.#size = batch.endOffset;
      for (const event of batch.events) {
        this.#note(event);
        onEvent(event);
      }
    }
    this.#truncate();
    if (!this.#finished) this.#makeReserve();
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Bytes of the file that are visible to readers. */
  get size(): number {
    return this.#size;
  }

  /** Events that are visible to readers, but that the full disk rejected. */
  get unwritten(): readonly StoredEvent[] {
    return this.#unwritten;
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** Returns how far a source was read. */
  offsetOf(key: string): number {
    return this.#offsets.get(key) ?? 0;
  }

  /** Returns the one-time event with this key. */
  find(key: string): RunEvent | undefined {
    return this.#once.get(key);
  }

  /** Appends events that belong together, all or none. Returns them with their numbers. */
  append(all: RunEventBody[], source?: EventSource): RunEvent[] {
    if (source && source.offset <= this.offsetOf(source.key)) return [];
    const bodies = this.#takesLines() ? all : all.filter((body) => body.type !== 'log');
    if (bodies.length === 0 || this.#finished) return [];
    const at = new Date().toISOString();
    const events = bodies.map((body, index): StoredEvent => {
      const last = index === bodies.length - 1;
      return {
        seq: this.#lastSeq + 1 + index,
        at,
        body,
        ...(last ? (source ? { source } : {}) : { more: true }),
      };
    });
    this.#write(events);
    for (const event of events) this.#note(event);
    for (const listener of [...this.#listeners]) listener();
    return events;
  }

  /** Calls back after each append until disposed. */
  listen(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Syncs the appended events to disk. */
  flush(): void {
    try {
      if (this.#descriptor >= 0) fdatasyncSync(this.#descriptor);
    } catch (error) {
      this.#onWriteError(error as Error);
    }
  }

  close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
    if (this.#finished) rmSync(this.#reservePath, { force: true });
  }

  #write(events: StoredEvent[]): void {
    const pending = [...this.#unwritten, ...events];
    const data = Buffer.from(pending.map((event) => `${JSON.stringify(event)}\n`).join(''));
    let error = this.#tryWrite(data);
    if (error) {
      rmSync(this.#reservePath, { force: true });
      this.#onWriteError(error);
      error = this.#tryWrite(data);
    }
    if (!error) this.#size += data.length;
    this.#unwritten = error ? pending : [];
  }

  #tryWrite(data: Buffer): Error | undefined {
    try {
      for (let written = 0; written < data.length; )
        written += writeSync(this.#descriptor, data, written, data.length - written);
      return undefined;
    } catch (error) {
      this.#truncate();
      return error as Error;
    }
  }

  get #reservePath(): string {
    return `${this.path}.reserve`;
  }

  #makeReserve(): void {
    try {
      writeFileSync(this.#reservePath, Buffer.alloc(reserveBytes), { mode: 0o600 });
    } catch {
      // The disk is already full; the first event reports it.
    }
  }

  /** Whether log lines are still accepted: not beyond the limit, nor while events wait for a full disk. */
  #takesLines(): boolean {
    return this.#unwritten.length === 0 && this.#size < this.#maxBytes;
  }

  #truncate(): void {
    try {
      ftruncateSync(this.#descriptor, this.#size);
    } catch {
      // A device that cannot be truncated wrote nothing either.
    }
  }

  #note(event: StoredEvent): void {
    this.#lastSeq = event.seq;
    if (event.source) {
      this.#offsets.set(event.source.key, event.source.offset);
      if (event.source.offset === 1) this.#once.set(event.source.key, event);
    }
    if (event.body.type === 'run_finished') this.#finished = true;
  }
}

/** Reads the bytes that the file has now. */
function readWhole(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const data = Buffer.alloc(fstatSync(descriptor).size);
    return data.subarray(0, readSync(descriptor, data));
  } finally {
    closeSync(descriptor);
  }
}

function* completeBatches(data: Buffer): Generator<{ events: StoredEvent[]; endOffset: number }> {
  let events: StoredEvent[] = [];
  let start = 0;
  for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, start)) {
    const event = parseEvent(data.toString('utf8', start, end));
    if (!event) return;
    start = end + 1;
    events.push(event);
    if (event.more) continue;
    yield { events, endOffset: start };
    events = [];
  }
}

function parseEvent(line: string): StoredEvent | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
