import { contentBytes, type RepositoryFiles } from '@deployment-engine/contracts';

/** A file of this name holds an empty folder's place; no uploaded file can have it. */
const placeholder = '.keep';

/** Returns path → text of an uploaded repository. A file that is not text only holds its folder's place. */
export function repositoryTexts(files: RepositoryFiles, emptyFolders: string[] = []): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [path, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : decoded(contentBytes(content));
    if (text !== undefined) texts.set(path, text);
    else texts.set([...path.split('/').slice(0, -1), placeholder].join('/'), '');
  }
  for (const folder of emptyFolders) texts.set(`${folder}/${placeholder}`, '');
  return texts;
}

/** Returns undefined for bytes that are not UTF-8. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
