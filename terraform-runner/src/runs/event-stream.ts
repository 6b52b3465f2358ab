import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunEvent } from '@deployment-engine/runner-api';
import type { EventLog, StoredEvent } from './event-log.ts';

const chunkBytes = 256 * 1024;
/** Interval of the blank line that keeps the stream alive. */
const keepaliveMs = 10_000;

export type StreamOptions = { after: number; follow: boolean; signal: AbortSignal };

/** Yields a run's events after a number as NDJSON; with `follow`, until the run has finished. */
export async function* streamEvents(log: EventLog, options: StreamOptions): AsyncGenerator<string> {
  const file = await open(log.path, 'r');
  try {
    let seen = options.after;
    let offset = 0;
    for (;;) {
      const finished = log.finished; // read first: events written later need another round
      for await (const chunk of readLines(file, offset, log.size)) {
        offset = chunk.endOffset;
        const fresh = chunk.events.filter((event) => event.seq > seen);
        seen = Math.max(seen, fresh.at(-1)?.seq ?? 0);
        if (fresh.length > 0) yield toText(fresh);
      }
      const waiting = log.unwritten.filter((event) => event.seq > seen);
      seen = Math.max(seen, waiting.at(-1)?.seq ?? 0);
      if (waiting.length > 0) yield toText(waiting);
      if (finished || !options.follow || options.signal.aborted) return;
      if (log.lastSeq <= seen && !(await nextAppend(log, seen, options.signal))) yield '\n';
    }
  } finally {
    await file.close();
  }
}

/** Resolves to true once there is an event after `seen`; to false when a keepalive is due. */
async function nextAppend(log: EventLog, seen: number, signal: AbortSignal): Promise<boolean> {
  const timer = new AbortController();
  const stop = AbortSignal.any([signal, timer.signal]);
  using _listening = log.listen(() => timer.abort());
  await delay(keepaliveMs, undefined, { signal: stop }).catch(() => {});
  return log.lastSeq > seen || signal.aborted;
}

type FileHandle = Awaited<ReturnType<typeof open>>;

async function* readLines(file: FileHandle, from: number, end: number) {
  let offset = from;
  let rest = Buffer.alloc(0);
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(chunkBytes, end - from)));
  while (offset < end) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - offset), offset);
    if (bytesRead === 0) return;
    offset += bytesRead;
    const data = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    const lastBreak = data.lastIndexOf(10);
    rest = Buffer.from(data.subarray(lastBreak + 1));
    const lines = data
      .toString('utf8', 0, lastBreak + 1)
      .split('\n')
      .filter(Boolean);
    const events = lines.map((line): StoredEvent => JSON.parse(line));
    yield { events, endOffset: offset - rest.length };
  }
}

function toText(events: StoredEvent[]): string {
  return events
    .map(({ seq, at, body }) => `${JSON.stringify({ seq, at, body } satisfies RunEvent)}\n`)
    .join('');
}
