import { dirname, join, normalize } from 'node:path/posix';
import { type NormalisedResource, normaliseCode } from '../costs/index.ts';
import { parseHcl } from '../hcl/parse-hcl.ts';
import type { RevisionFiles, Variables } from '../revisions/store.ts';

/** The resources that code declares, as far as they can be read before any plan. */
export async function codeResources(
  files: RevisionFiles,
  variables: Variables,
): Promise<NormalisedResource[]> {
  const hcl = [...files].filter(([path]) => path.endsWith('.tf'));
  const parsed = await parseHcl(hcl.map(([, content]) => content.toString('utf8')));
  const byDirectory = new Map<string, unknown[]>();
  const add = (path: string, tree: unknown) => {
    if (tree === null) return;
    const directory = dirname(path);
    byDirectory.set(directory, [...(byDirectory.get(directory) ?? []), tree]);
  };
  for (const [index, [path]] of hcl.entries()) add(path, parsed[index] ?? null);
  for (const [path, content] of files)
    if (path.endsWith('.tf.json')) add(path, parseJson(content.toString('utf8')));
  return normaliseCode({ files: byDirectory.get('.') ?? [], modules: localModules(byDirectory), variables });
}

/** By the `./path` with which the root module names them. */
function localModules(byDirectory: Map<string, unknown[]>): Record<string, unknown[]> {
  const entries = [...byDirectory].filter(([directory]) => directory !== '.');
  return Object.fromEntries(entries.map(([directory, trees]) => [`./${normalize(join(directory))}`, trees]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
