import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maxRepositoryBytes, maxRepositoryFiles, type RepositoryFiles } from '@deployment-engine/contracts';
import { CliError } from '../exit-code.ts';
import { note } from '../terminal/output-mode.ts';
import { contentOf } from './content.ts';

type Size = { files: number; bytes: number; links: string[] };
export type RepositoryUpload = { files: RepositoryFiles; folders: string[] };

/** Reads a deployment repository without hidden files. Throws `CliError` if it exceeds the engine's limits. */
export async function readRepository(folder: string): Promise<RepositoryUpload> {
  const upload: RepositoryUpload = { files: {}, folders: [] };
  const size: Size = { files: 0, bytes: 0, links: [] };
  await readInto(upload, size, folder, '');
  if (size.links.length > 0)
    note(`Left out, because links are not followed: ${size.links.slice(0, 10).join(', ')}`);
  if (size.files === 0)
    throw new CliError(`reading ${folder}: it has no files; name the repository's folder`);
  return upload;
}

async function readInto(upload: RepositoryUpload, size: Size, root: string, path: string): Promise<void> {
  const entries = await readdir(join(root, path), { withFileTypes: true }).catch((error) => {
    throw new CliError(
      `reading ${join(root, path)}: ${error.code === 'ENOENT' ? 'there is no such folder' : error.message}`,
    );
  });
  const shown = entries.filter(({ name }) => !name.startsWith('.'));
  if (shown.length === 0 && path !== '') upload.folders.push(path);
  for (const entry of shown) {
    const inner = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) await readInto(upload, size, root, inner);
    if (entry.isSymbolicLink()) size.links.push(inner);
    if (!entry.isFile()) continue;
    const content = await readFile(join(root, inner));
    size.files += 1;
    size.bytes += content.length;
    if (size.files > maxRepositoryFiles)
      throw new CliError(
        `reading ${root}: more than ${maxRepositoryFiles} files; name the repository's folder`,
      );
    if (size.bytes > maxRepositoryBytes)
      throw new CliError(
        `reading ${root}: more than ${maxRepositoryBytes} bytes; name the repository's folder`,
      );
    upload.files[inner] = contentOf(content);
  }
}
