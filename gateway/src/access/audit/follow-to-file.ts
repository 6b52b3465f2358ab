import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { auditEntrySchema } from '@deployment-engine/contracts';
import type { Logger } from 'winston';
import type { Query } from '../../server/database/open.ts';
import { readEntries } from './read.ts';

/** Copies the audit log to a file, one JSON object per line. It continues after the last entry in the file. */
export type AuditFile = { changed(): void } & AsyncDisposable;

export async function followToFile(path: string, query: Query, logger: Logger): Promise<AuditFile> {
  await mkdir(dirname(path), { recursive: true });
  let after = await lastSeq(path);
  let wanted = false;
  let writing: Promise<void> = Promise.resolve();

  async function copy(): Promise<void> {
    if (!wanted) return;
    wanted = false;
    for await (const entry of readEntries(query, { cursor: after })) {
      await appendFile(path, `${entry}\n`, { mode: 0o600 });
      after = JSON.parse(entry).seq;
    }
  }

  function changed(): void {
    wanted = true;
    const report = (error: unknown) => void logger.error('copying the audit log to a file', { path, error });
    writing = writing.then(copy).catch(report);
  }

  changed();
  return {
    changed,
    async [Symbol.asyncDispose]() {
      changed();
      await writing;
    },
  };
}

/** Returns 0 if there is no file yet. */
async function lastSeq(path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const last = text.trimEnd().split('\n').at(-1);
  if (!last) return 0;
  const entry = auditEntrySchema.safeParse(JSON.parse(last));
  if (!entry.success)
    throw new Error(`reading AUDIT_LOG_FILE: the last line of ${path} is not an audit entry`);
  return entry.data.seq;
}
