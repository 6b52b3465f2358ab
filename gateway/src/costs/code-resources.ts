import { dirname, join, normalize } from 'node:path/posix';
import { type NormalisedResource, normaliseCode, type UnfollowedModule } from '@deployment-engine/pricing';
import { parseHclValues } from '@deployment-engine/terraform-code';
import type { RevisionFiles, Variables } from '../projects/revisions/store.ts';

export type CodeResources = {
  resources: NormalisedResource[];
  /** Files that do not parse; the resources that they declare are missing. */
  unreadable: string[];
  /** Calls of modules that are not in the files; the resources that they declare are missing. */
  unfollowed: UnfollowedModule[];
};

/** Returns the resources that code declares, as far as they can be read without a plan. */
export async function codeResources(files: RevisionFiles, variables: Variables): Promise<CodeResources> {
  const byDirectory = new Map<string, unknown[]>();
  const unreadable: string[] = [];
  for (const [path, tree] of await parseAll(files)) {
    const directory = dirname(path);
    if (tree === null) unreadable.push(path);
    else byDirectory.set(directory, [...(byDirectory.get(directory) ?? []), tree]);
  }
  const content = normaliseCode({
    files: byDirectory.get('.') ?? [],
    modules: localModules(byDirectory),
    variables,
  });
  return { ...content, unreadable };
}

async function parseAll(files: RevisionFiles): Promise<[string, unknown][]> {
  const hcl = [...files].filter(([path]) => path.endsWith('.tf'));
  const parsed = await parseHclValues(hcl.map(([, content]) => content.toString('utf8')));
  const json = [...files].filter(([path]) => path.endsWith('.tf.json'));
  return [
    ...hcl.map(([path], index): [string, unknown] => [path, parsed[index] ?? null]),
    ...json.map(([path, content]): [string, unknown] => [path, parseJson(content.toString('utf8'))]),
  ];
}

/** Returns local modules by the `./path` with which the root module calls them. */
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
