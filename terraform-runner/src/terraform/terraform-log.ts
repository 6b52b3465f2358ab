import { constants } from 'node:fs';
import { lchown, lstat, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { maxTerraformLogBytes, type TerraformLogLevel } from '@deployment-engine/contracts';
import { openRegular } from '../files/regular-file.ts';

const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;
/** Follows no link and does not block on a pipe: without a sandbox, code could place either there. */
const appendFlags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK;

/** Source: https://developer.hashicorp.com/terraform/internals/debugging */
export function logEnvironment(level: TerraformLogLevel, path: string): Record<string, string> {
  return { TF_LOG: level.toUpperCase(), TF_LOG_PATH: path };
}

/**
 * Creates a command's log file. Its folder stays the runner's: the sandbox contains only the file, so the
 * command cannot replace it.
 */
export async function makeLogFile(folder: string, name: string, user: number | undefined): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.log`);
  await (await open(path, appendFlags, 0o600)).close();
  if (user !== undefined) await lchown(path, user, user);
  return path;
}

/**
 * Reads the logs of a job's commands and providers, oldest first, each under its name. Beyond the limit,
 * keeps the newest. Returns `undefined` if there is none.
 */
export async function readTerraformLog(folder: string): Promise<Buffer | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.log'));
  const files = await Promise.all(
    names.map(async (name) => {
      const { mtimeMs: at, size } = await lstat(join(folder, name));
      return { name, at, size };
    }),
  );
  const parts: Buffer[] = [];
  let room = maxTerraformLogBytes;
  const written = files.filter(({ size }) => size > 0); // providers get a file before they start
  for (const { name } of written.toSorted((a, b) => b.at - a.at)) {
    const { bytes, left } = await readEnd(join(folder, name), room);
    room -= bytes.byteLength;
    const cut = left > 0 ? ` (${left} bytes before this are left out)` : '';
    parts.unshift(Buffer.from(`== ${name.slice(0, -'.log'.length)}${cut}\n`), bytes, Buffer.from('\n'));
  }
  return parts.length > 0 ? Buffer.concat(parts) : undefined;
}

/** Reads the end of a file from a line start, and how many bytes precede it. */
async function readEnd(path: string, maxBytes: number): Promise<{ bytes: Buffer; left: number }> {
  await using file = await openRegular(path);
  if (!file) return { bytes: Buffer.alloc(0), left: 0 };
  const { size } = await file.stat();
  const buffer = Buffer.alloc(Math.min(size, maxBytes));
  const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, size - buffer.byteLength);
  const read = buffer.subarray(0, bytesRead);
  const from = size > maxBytes ? read.indexOf(10) + 1 || read.byteLength : 0;
  return { bytes: read.subarray(from), left: size - read.byteLength + from };
}
