import { constants } from 'node:fs';
import { lchown, lstat, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { maxTerraformLogBytes, type TerraformLogLevel } from '@deployment-engine/contracts';
import { openRegular } from '../files/regular-file.ts';

const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;
/** Never through a link, never waiting for a pipe's other end: without a sandbox, code could put either there. */
const appendFlags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK;

/** What a command is told, so that it writes its own log. Source: https://developer.hashicorp.com/terraform/internals/debugging */
export function logEnvironment(level: TerraformLogLevel, path: string): Record<string, string> {
  return { TF_LOG: level.toUpperCase(), TF_LOG_PATH: path };
}

/**
 * Makes the file that a command writes its log to. Its folder stays the runner's: in the sandbox the command sees the
 * file alone, and can put nothing else in its place.
 */
export async function makeLogFile(folder: string, name: string, user: number | undefined): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.log`);
  await (await open(path, appendFlags, 0o600)).close();
  if (user !== undefined) await lchown(path, user, user);
  return path;
}

/**
 * The logs of a job's commands and providers, the oldest first, each under its name. Of what is more than the limit
 * the newest is kept. `undefined` where there is none.
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
  const written = files.filter(({ size }) => size > 0); // one is made for providers before any is started
  for (const { name } of written.toSorted((a, b) => b.at - a.at)) {
    const { bytes, left } = await readEnd(join(folder, name), room);
    room -= bytes.byteLength;
    const cut = left > 0 ? ` (${left} bytes before this are left out)` : '';
    parts.unshift(Buffer.from(`== ${name.slice(0, -'.log'.length)}${cut}\n`), bytes, Buffer.from('\n'));
  }
  return parts.length > 0 ? Buffer.concat(parts) : undefined;
}

/** The end of a file from the beginning of a line, and how many bytes there are before it. */
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
