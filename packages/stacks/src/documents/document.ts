import type { Place, Report } from '../errors.ts';
import { componentKindNames, findKind, type KindCatalog } from '../kind/kind.ts';
import { didYouMean } from '../suggest.ts';
import { at, type MapTree, type Tree, textAt } from '../tree/tree.ts';
import { metadataOf, readEnvelope } from './envelope.ts';
import { allKindNames, apiVersionOf, apiVersions, namePattern, nameRule } from './names.ts';

export type Document = {
  place: Place;
  /** Canonical; undefined if it is missing, unknown or wrong here, which is reported. */
  kind: string | undefined;
  /** Whether it is a document of another sort, so that its `spec` says nothing here. */
  isMisplaced: boolean;
  kindPlace: Place;
  metadata: MapTree;
  /** A map, invalid, or undefined if there is none. */
  spec: Tree | undefined;
};

/** What a document must be where it lies. */
export type Expectation = {
  /** Kinds that are allowed here; `component` stands for all kinds of components. */
  kinds: string[];
  /** What `metadata` must say; a name that is not here must not be in it. */
  names: { name?: string; service?: string; stack?: string; environment?: string };
  needsSpec?: boolean;
};

export type ReadContext = { report: Report; catalog: KindCatalog };

/** Reads a document and checks everything but its `spec`. Returns undefined if it is no map. */
export function readDocument(tree: Tree, expected: Expectation, context: ReadContext): Document | undefined {
  const isComponent = expected.kinds.includes('component');
  const names = Object.keys(expected.names).filter((name) => name !== 'name');
  const fields = { names, isComponent };
  const envelope = readEnvelope(tree, fields, expected.needsSpec ?? false, context.report);
  if (!envelope) return undefined;
  const kindTree = at(envelope, 'kind');
  const { kind, isMisplaced } = checkKind(kindTree, expected, context);
  checkApiVersion(at(envelope, 'apiVersion'), kind, context);
  const metadata = metadataOf(envelope);
  checkNames(metadata, expected, context.report);
  const spec = at(envelope, 'spec');
  const kindPlace = kindTree?.place ?? envelope.place;
  return { place: envelope.place, kind, isMisplaced, kindPlace, metadata, spec };
}

/** Returns what a document says it is, without a check. */
export function kindTextOf(tree: Tree): string | undefined {
  return textAt(tree, 'kind');
}

type KindCheck = { kind: string | undefined; isMisplaced: boolean };

function checkKind(tree: Tree | undefined, expected: Expectation, context: ReadContext): KindCheck {
  if (tree?.kind !== 'scalar') return { kind: undefined, isMisplaced: false };
  const { report, catalog } = context;
  const name = String(tree.value);
  const allowed = expected.kinds.flatMap((kind) =>
    kind === 'component' ? componentKindNames(catalog) : kind,
  );
  if (allowed.includes(name)) return { kind: findKind(catalog, name)?.name ?? name, isMisplaced: false };
  if (allKindNames(catalog).includes(name) || findKind(catalog, name)) {
    const wanted = expected.kinds.map((kind) => (kind === 'component' ? 'a kind of component' : kind));
    const message = `kind ${name} does not belong here; expected ${wanted.join(' or ')}`;
    report.error('wrong_kind', tree.place, message);
    return { kind: undefined, isMisplaced: true };
  }
  const hint = didYouMean(name, allowed) || `; known here: ${allowed.join(', ')}`;
  report.error('unknown_kind', tree.place, `kind ${name} does not exist${hint}`);
  return { kind: undefined, isMisplaced: false };
}

function checkApiVersion(tree: Tree | undefined, kind: string | undefined, context: ReadContext): void {
  if (tree?.kind !== 'scalar') return;
  const version = String(tree.value);
  const right = kind === undefined ? undefined : apiVersionOf(kind, context.catalog);
  if (right === undefined ? apiVersions.includes(version) : version === right) return;
  const hint = right === undefined ? didYouMean(version, apiVersions) : `; ${kind} has ${right}`;
  context.report.error('unknown_api_version', tree.place, `apiVersion ${version} does not fit${hint}`);
}

function checkNames(metadata: MapTree, { names }: Expectation, report: Report): void {
  for (const [field, wanted] of Object.entries(names)) {
    const tree = at(metadata, field);
    if (tree?.kind !== 'scalar') continue;
    const given = String(tree.value);
    if (field === 'name' && !namePattern.test(given))
      report.error('invalid_name', tree.place, `metadata.name ${given} is not allowed; ${nameRule}`);
    else if (given !== wanted)
      report.error(
        'name_mismatch',
        tree.place,
        `metadata.${field} is ${given}, but the path says ${wanted}; rename one of them`,
      );
  }
}
