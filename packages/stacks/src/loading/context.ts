import {
  type Document,
  type Expectation,
  kindTextOf,
  type ReadContext,
  readDocument,
} from '../documents/document.ts';
import { startOf } from '../errors.ts';
import type { Folder, Repository } from '../repository.ts';
import { at, type Tree } from '../tree/tree.ts';

export type LoadContext = ReadContext & {
  repository: Repository;
  stack: string;
  environment: string;
  /** `stacks/<stack>`. */
  folder: Folder;
  /** `environments/<environment>` in it. */
  overlay: Folder | undefined;
};

/** A file that has exactly one document. */
export type Single = {
  /** Undefined if the file could not be read, or holds something else. */
  document: Document | undefined;
};

/** Reads a file whose place in the tree says what it is. */
export function readSingle(file: string, expected: Expectation, context: LoadContext): Single {
  const { documents, broken } = context.repository.yaml(file);
  if (broken) return { document: undefined };
  const [first, ...others] = documents;
  if (!first) {
    const message = `the file is empty; it must be a document of kind ${expected.kinds.join(' or ')}`;
    context.report.error('missing_field', startOf(file), message);
    return { document: undefined };
  }
  for (const other of others) reportOther(other, expected, context);
  const document = readDocument(first, expected, context);
  return { document: document?.isMisplaced ? undefined : document };
}

function reportOther(tree: Tree, { kinds }: Expectation, { report }: LoadContext): void {
  const kind = kindTextOf(tree);
  const remedy = kind === undefined ? 'remove it' : 'move it to a file of its own';
  const message = `this file must have one document, of kind ${kinds.join(' or ')}; ${remedy}`;
  report.error('wrong_kind', at(tree, 'kind')?.place ?? tree.place, message);
}
