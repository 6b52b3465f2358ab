import { closeSync, fdatasync, ftruncateSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const sync = promisify(fdatasync);
const retryMs = 100;
/** Released when the disk is full, so that the answers of calls in flight can still be written. */
const reserveBytes = 1024 * 1024;

type Waiting = { line: string; settle: (isWritten: boolean) => void };

export type JournalFile = {
  /**
   * Appends a record. Resolves to true once it is synced to disk, or to false if that takes longer than
   * `holdMs`; the write is then retried for as long as this process lives.
   */
  append(record: object, holdMs: number): Promise<boolean>;
  close(): void;
};

/** Opens a journal: an append-only file of JSON lines. Concurrent records share one write. */
export function openJournal(path: string): JournalFile {
  const descriptor = openSync(path, 'ax', 0o600);
  const reserve = `${path}.reserve`;
  let size = 0;
  let waiting: Waiting[] = [];
  let isWriting = false;
  try {
    writeFileSync(reserve, Buffer.alloc(reserveBytes), { mode: 0o600 });
  } catch {
    // The disk is already full; the first record reports it.
  }

  async function writeAll(): Promise<void> {
    if (isWriting) return;
    isWriting = true;
    while (waiting.length > 0) {
      const batch = [...waiting];
      try {
        const data = Buffer.from(batch.map(({ line }) => line).join(''));
        for (let written = 0; written < data.length; )
          written += writeSync(descriptor, data, written, data.length - written, size + written);
        await sync(descriptor);
        size += data.length;
        waiting = waiting.slice(batch.length);
        for (const { settle } of batch) settle(true);
      } catch {
        await makeRoom();
      }
    }
    isWriting = false;
  }

  async function makeRoom(): Promise<void> {
    try {
      ftruncateSync(descriptor, size);
    } catch {
      // A partial record is not a JSON line, and the next write overwrites it.
    }
    rmSync(reserve, { force: true });
    await delay(retryMs);
  }

  return {
    append(record, holdMs) {
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), holdMs);
        const settle = (isWritten: boolean) => {
          clearTimeout(timer);
          resolve(isWritten);
        };
        waiting.push({ line: `${JSON.stringify(record)}\n`, settle });
        void writeAll();
      });
    },
    close: () => closeSync(descriptor),
  };
}
