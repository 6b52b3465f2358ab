import { join } from 'node:path';
import { builtInKinds, readTree } from '../../../../testing/repository.ts';
import { readKinds, resolveStack } from '../index.ts';
import type { Refusal, Resolution } from '../resolution.ts';

const stackFolder = 'stacks/user-platform/';
const files = readTree(join(import.meta.dirname, '../../../../testing/stacks/repo-open'));
/** The example repository as it is. */
export const request = { files, kinds: readKinds(builtInKinds()), stack: 'user-platform' };

/** Replaces texts in a file, or the whole file; `copyOf` copies another file; null removes it. */
export type Edit =
  | [from: string, to: string][]
  | string
  | { copyOf: string; edits?: [string, string][] }
  | null;
export type Case = {
  title: string;
  /** By path: below the stack's folder, or in `templates/`. */
  edits?: Record<string, Edit>;
  environment?: string;
  variables?: Record<string, string>;
  /** All of them: code, place, message. */
  errors: string[];
};

/** Resolves the example repository after edits. */
export function resolveEdited({
  edits = {},
  environment = 'development',
  variables = { VERSION: 'v1' },
}: Omit<Case, 'title' | 'errors'>): Resolution | Refusal {
  const edited = new Map(files);
  for (const [path, edit] of Object.entries(edits)) apply(edit, fullPath(path), edited);
  return resolveStack({ ...request, files: edited, environment, variables });
}

/** Renders errors as in the cases. */
export function linesOf({ errors = [] }: Resolution | Refusal): string[] {
  return errors.map(
    ({ code, file, line, column, message }) =>
      `${code} ${shortPath(file)}:${line}:${column} ${message.replaceAll(stackFolder, '')}`,
  );
}

function apply(edit: Edit, path: string, edited: Map<string, string>): void {
  if (edit === null) {
    if (!edited.delete(path)) throw new Error(`no file ${path}`);
  } else if (typeof edit === 'string') edited.set(path, edit);
  else if (Array.isArray(edit)) edited.set(path, replaced(path, edited.get(path), edit));
  else edited.set(path, replaced(path, files.get(fullPath(edit.copyOf)), edit.edits ?? []));
}

function replaced(path: string, text: string | undefined, edits: [string, string][]): string {
  let result = text ?? '';
  for (const [from, to] of edits) {
    if (!result.includes(from)) throw new Error(`${path} has no ${from}`);
    result = result.replace(from, () => to);
  }
  return result;
}

function fullPath(path: string): string {
  return /^(templates|kinds)\//.test(path) ? path : `${stackFolder}${path}`;
}

function shortPath(path: string): string {
  return path.startsWith(stackFolder) ? path.slice(stackFolder.length) : path;
}
