import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens a file that a run could have replaced: does not follow symbolic links and does not block on a pipe.
 * Returns `undefined` unless it is a regular file.
 */
export async function openRegular(path: string): Promise<FileHandle | undefined> {
  const file = await open(path, flags).catch(() => undefined);
  if (!file) return undefined;
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}

export async function readRegular(path: string): Promise<Buffer | undefined> {
  await using file = await openRegular(path);
  return file?.readFile();
}

/** Reads such a file synchronously; returns `undefined` on any error. */
export function readRegularSync(path: string): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, flags);
    return fstatSync(file).isFile() ? readFileSync(file) : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
