import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The journals of all providers of a job, as JSON lines. A last line may be incomplete where its proxy was killed. */
export async function readJournal(folder: string): Promise<string> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.ndjson'));
  const texts = await Promise.all(names.toSorted().map((name) => readFile(join(folder, name), 'utf8')));
  return texts.map((text) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)).join('');
}
