import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Reads the journals of a job's providers as JSON lines. The last line may be incomplete. */
export async function readJournal(folder: string): Promise<string> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.ndjson'));
  const texts = await Promise.all(names.toSorted().map((name) => readFile(join(folder, name), 'utf8')));
  return texts.map((text) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)).join('');
}
