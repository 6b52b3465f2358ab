import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maxCodeBytes, maxFiles, pathProblem } from '@deployment-engine/contracts';

/**
 * Reads every file of a folder, by relative path, except those that the path rule of uploads refuses.
 * Throws on symbolic links and special files: such a tree is not a revision.
 */
export async function readTree(root: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  let bytes = 0;
  const visit = async (folder: string): Promise<void> => {
    for (const name of (await readdir(join(root, folder))).sort()) {
      const path = folder ? `${folder}/${name}` : name;
      if (pathProblem(path)) continue;
      const entry = await lstat(join(root, path));
      if (entry.isDirectory()) await visit(path);
      else if (!entry.isFile()) throw new Error(`reading ${path}: neither a file nor a folder`);
      else {
        bytes += entry.size;
        if (bytes > maxCodeBytes || files.size >= maxFiles) throw new Error('reading the files: too many');
        files.set(path, await readFile(join(root, path)));
      }
    }
  };
  if (!(await lstat(root)).isDirectory()) throw new Error(`reading ${root}: not a folder`);
  await visit('');
  return files;
}
