import {
  attribute,
  type Body,
  type Expression,
  parseHcl,
  parseJsonBody,
} from '@deployment-engine/terraform-code';
import { LRUCache } from 'lru-cache';
import type { RevisionFiles } from '../revisions/store.ts';

export type DeclaredVariables = {
  /** Whether the code declares an input variable, in HCL or JSON. */
  declares(name: string): boolean;
  /** Whether the code marks, or may mark, an input variable as sensitive. */
  isSensitive(name: string): boolean;
};

/** Reads a revision's `variable` blocks. A file that can't be read counts as declaring every variable sensitive. */
export function declaredVariables(files: RevisionFiles): DeclaredVariables {
  const sensitive = new Map<string, boolean>();
  let isUnreadable = false;
  for (const [path, bytes] of files) {
    if (!/\.(tf|tofu)(\.json)?$/.test(path)) continue;
    const body = read(path, bytes.toString().replace(/^\uFEFF/, ''));
    if (!body) isUnreadable = true;
    for (const block of body?.blocks ?? []) {
      const [name] = block.labels;
      if (block.type !== 'variable' || name === undefined) continue;
      const value = attribute(block.body, 'sensitive')?.value;
      sensitive.set(name, (sensitive.get(name) ?? false) || (value !== undefined && !isFalse(value)));
    }
  }
  return {
    declares: (name) => isUnreadable || sensitive.has(name),
    isSensitive: (name) => isUnreadable || sensitive.get(name) === true,
  };
}

const maxKept = 1000;
const kept = new LRUCache<string, DeclaredVariables>({ max: maxKept });

/** Does the same for a revision by its digest, and parses its code only if it was not parsed lately. */
export async function declaredIn(
  digest: string,
  readFiles: () => RevisionFiles | Promise<RevisionFiles>,
): Promise<DeclaredVariables> {
  const known = kept.get(digest) ?? declaredVariables(await readFiles());
  kept.set(digest, known);
  return known;
}

function read(path: string, text: string): Body | undefined {
  try {
    return path.endsWith('.json') ? parseJsonBody(text).body : parseHcl(text);
  } catch {
    return undefined;
  }
}

/** Terraform also accepts `(true)`, `"true"` and `!false`, so every value but a literal false counts as true. */
function isFalse(value: Expression): boolean {
  return (
    value.kind === 'literal' && (value.value === false || value.value === 'false' || value.value === null)
  );
}
