import { type Document, type Expectation, kindTextOf, readDocument } from '../documents/document.ts';
import { componentVersion } from '../documents/names.ts';
import { startOf } from '../errors.ts';
import { findKind, type Kind } from '../kind/kind.ts';
import { type Folder, filesBelow, yamlFilesIn } from '../repository.ts';
import { merge } from '../tree/merge.ts';
import { at, type Tree } from '../tree/tree.ts';
import type { LoadContext } from './context.ts';
import { readTemplate, type Template } from './template.ts';

/** The files of a component, read but not merged. */
export type ComponentSource = {
  service: string;
  name: string;
  folder: Folder;
  overlay: Folder | undefined;
  /** Undefined if no file says what it is: it exists, but nothing is known of it. */
  document: Document | undefined;
  /** Undefined for an unknown kind. */
  kind: Kind | undefined;
  /** The environment's component file. */
  over: Document | undefined;
  /** `infra.yaml`, then the environment's. */
  infra: Document[];
  template: Template | undefined;
  /** Base and environment merged. */
  metadata: Tree | undefined;
  /** Whether a layer could not be read. */
  isIncomplete: boolean;
};

type FolderContent = { component: Document | undefined; infra: Document[]; isIncomplete: boolean };

export function readComponent(
  service: string,
  folder: Folder,
  overlay: Folder | undefined,
  context: LoadContext,
): ComponentSource {
  const name = folder.path.split('/').at(-1) ?? '';
  const names = { name, service, stack: context.stack };
  const base = readFolder(folder, names, context);
  if (!base.component && !base.isIncomplete) reportMissing(name, folder, context);
  const over = readFolder(overlay, { ...names, environment: context.environment }, context);
  const kind =
    base.component?.kind === undefined ? undefined : findKind(context.catalog, base.component.kind);
  const isFitting = fits(base.component, over.component, context);
  const metadata = mergedMetadata(base.component, isFitting ? over.component : undefined, context);
  const named = at(metadata, 'template');
  const template = named && kind && readTemplate(named, kind, context);
  return {
    service,
    name,
    folder,
    overlay,
    document: base.component,
    kind,
    over: isFitting ? over.component : undefined,
    infra: [...base.infra, ...over.infra],
    template,
    metadata,
    isIncomplete: base.isIncomplete || over.isIncomplete || !isFitting || (named !== undefined && !template),
  };
}

function readFolder(
  folder: Folder | undefined,
  names: Expectation['names'],
  context: LoadContext,
): FolderContent {
  const content: FolderContent = { component: undefined, infra: [], isIncomplete: false };
  /** A file that can't be read may be the component's: then no other is taken for it. */
  let isUnreadable = false;
  const found = yamlFilesIn(folder).flatMap((file) => {
    const { documents, broken } = context.repository.yaml(file);
    const isInfra = isInfraFile(file);
    if (broken) content.isIncomplete = true;
    isUnreadable ||= broken && !isInfra;
    return documents.map((tree) => ({ file, tree, isInfra }));
  });
  const isComponent = ({ tree, isInfra }: (typeof found)[number]) =>
    !isInfra && findKind(context.catalog, kindTextOf(tree) ?? '') !== undefined;
  const first =
    found.find(isComponent) ?? found.find(({ tree, isInfra }) => !isInfra && !isInfraDocument(tree));
  for (const one of found) {
    if (isUnreadable && isComponent(one)) continue;
    if (one !== first && isComponent(one)) {
      const place = one.file === first?.file ? one.tree.place : startOf(one.file);
      const message = `component ${names.name} is already in ${first?.file}; move this one to a folder of its own`;
      context.report.error('duplicate_component', place, message);
      continue;
    }
    const kinds = one.isInfra ? ['ComponentInfra'] : ['component', 'ComponentInfra'];
    const document = readDocument(one.tree, { kinds, names, needsSpec: !one.isInfra }, context);
    if (!document || document.isMisplaced) content.isIncomplete = true;
    else if (one === first) content.component = document;
    else if (document.kind === 'ComponentInfra' || one.isInfra) content.infra.push(document);
    else content.isIncomplete = true;
  }
  return content;
}

function isInfraFile(file: string): boolean {
  return /\/infra\.ya?ml$/.test(file);
}

function isInfraDocument(tree: Tree): boolean {
  return kindTextOf(tree) === 'ComponentInfra';
}

function reportMissing(name: string, folder: Folder, { report, repository }: LoadContext): void {
  const files = filesBelow(folder);
  const yamlFiles = yamlFilesIn(folder);
  const file = yamlFiles[0] ?? files[0] ?? folder.path;
  for (const path of files) repository.use(path);
  const empty = yamlFiles.find((path) => !isInfraFile(path) && repository.yaml(path).documents.length === 0);
  const message =
    empty === undefined
      ? `no file says what component ${name} is; add a file with its kind, for example ${folder.path}/${name}.yaml`
      : `the file is empty; write what component ${name} is: apiVersion ${componentVersion}, a kind such as MicroService, metadata.name ${name}, and spec`;
  report.error('missing_component', startOf(empty ?? file), message);
}

/** Returns whether the environment's file can be merged over the component's. */
function fits(base: Document | undefined, over: Document | undefined, { report }: LoadContext): boolean {
  if (!over || !base) return true;
  if (over.kind === undefined) return false;
  if (base.kind === undefined || base.kind === over.kind) return true;
  const message = `kind ${over.kind} can't overlay kind ${base.kind} of ${base.place.file}`;
  report.error('wrong_kind', over.kindPlace, message);
  return false;
}

function mergedMetadata(
  base: Document | undefined,
  over: Document | undefined,
  { report }: LoadContext,
): Tree | undefined {
  return base && over ? merge(base.metadata, over.metadata, { report }) : base?.metadata;
}
