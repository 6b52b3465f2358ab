import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { configFolder, readUserFile, userFilePath } from './user-file.ts';

/** Writes the engine's address into the user's settings; its other lines and comments stay. */
export async function setUserUrl(url: string): Promise<void> {
  if (readUserFile().url === url) return;
  const file = userFilePath();
  const document = parseDocument(await readFile(file, 'utf8').catch(() => ''));
  document.set('url', url);
  await mkdir(configFolder(), { recursive: true, mode: 0o700 });
  await writeFile(file, document.toString());
}
