import { namePattern, nameRule } from '../documents/names.ts';
import { stackSpec } from '../documents/specs.ts';
import { compareTexts, startOf } from '../errors.ts';
import { type Folder, filesBelow, yamlNamed } from '../repository.ts';
import type { Schema } from '../schema/schema.ts';
import { validate } from '../schema/validate.ts';
import { didYouMean } from '../suggest.ts';
import { merge } from '../tree/merge.ts';
import { at, type Entry, emptyMap, listAt, mapAt, type Tree, textOf } from '../tree/tree.ts';
import { type LoadContext, readSingle } from './context.ts';
import { type Layers, readLayers, reportWithoutTarget } from './layers.ts';
import { lostNames } from './lost-names.ts';
import { readService, type ServiceSource } from './service.ts';
import { reportWithoutEffect } from './without-effect.ts';

export type StackSource = {
  /** Checked, base and environment merged. */
  spec: Tree;
  labels: Tree | undefined;
  annotations: Tree | undefined;
  variables: (Tree | undefined)[];
  layers: Layers;
  services: ServiceSource[];
  /** Whether a file with variables could not be read. */
  isIncomplete: boolean;
  /** Names that may be variables in files with errors. */
  lostNames: string[];
};

/** Reads everything of a stack that counts for the environment. */
export function readStack(context: LoadContext): StackSource {
  const isKnown = checkEnvironment(context);
  const base = readHalf(context.folder, false, context);
  const over = context.overlay ? readHalf(context.overlay, true, context) : undefined;
  const { report } = context;
  const merged = over ? merge(base.spec, over.spec, { report, ownFile: base.file }) : base.spec;
  const isIncomplete = base.isBroken || over?.isBroken === true || !isKnown;
  const check = { report, root: stackSpec, isIncomplete };
  const spec = validate(stackSpec, merged ?? base.spec, { path: 'spec' }, check);
  reportWithoutEffect(spec, withoutEffect, report);
  checkEnvironmentNames(spec, context);
  return {
    spec,
    labels: mergedMetadata('labels', base, over, context),
    annotations: mergedMetadata('annotations', base, over, context),
    variables: [at(base.spec, 'variables'), at(over?.spec, 'variables')],
    layers: {
      layers: [...base.layers.layers, ...(over?.layers.layers ?? [])],
      isIncomplete: base.layers.isIncomplete || over?.layers.isIncomplete === true || !isKnown,
    },
    services: readServices(context),
    isIncomplete,
    lostNames: [...base.lostNames, ...(over?.lostNames ?? [])],
  };
}

type Half = {
  file: string;
  spec: Tree;
  metadata: Tree | undefined;
  layers: Layers;
  isBroken: boolean;
  lostNames: string[];
};

/** Nothing is required in one of two files that are merged. */
const halfSpec: Schema = { ...stackSpec, required: [] };

function readHalf(folder: Folder, isOverlay: boolean, context: LoadContext): Half {
  const file = yamlNamed(folder, 'stack') ?? `${folder.path}/stack.yaml`;
  const environment = isOverlay ? { environment: context.environment } : {};
  const exists = context.repository.has(file);
  if (!exists && !isOverlay)
    context.report.error(
      'missing_stack',
      startOf(file),
      `stack ${context.stack} has no stack.yaml; add one of kind Stack`,
    );
  const expected = { kinds: ['Stack'], names: { name: context.stack, ...environment } };
  const document = exists ? readSingle(file, expected, context).document : undefined;
  const empty = emptyMap(document?.place ?? startOf(file));
  const check = { report: context.report, root: halfSpec, isLayer: true };
  const spec = validate(halfSpec, document?.spec ?? empty, { path: 'spec' }, check);
  const infraFolder = folder.folders.get('infra');
  const names = { stack: context.stack, ...environment };
  const layers = readLayers({ infraFolder, spec, names, isService: false }, context);
  const isBroken = !document && (exists || !isOverlay);
  return { file, spec, metadata: document?.metadata, layers, isBroken, lostNames: lostNames(file, context) };
}

function mergedMetadata(field: string, base: Half, over: Half | undefined, { report }: LoadContext) {
  const [lower, upper] = [at(base.metadata, field), at(over?.metadata, field)];
  return upper ? merge(lower, upper, { report }) : lower;
}

function readServices(context: LoadContext): ServiceSource[] {
  const own = context.folder.folders.get('services')?.folders ?? new Map<string, Folder>();
  for (const [name, inner] of context.overlay?.folders.get('services')?.folders ?? [])
    if (!own.has(name))
      reportWithoutTarget(filesBelow(inner), `service ${name}`, didYouMean(name, own.keys()), context);
  return [...own]
    .sort(([left], [right]) => compareTexts(left, right))
    .map(([, folder]) => readService(folder, context));
}

/** Without any folder in `environments/`, every name is an environment. */
function checkEnvironment({ folder, environment, report, stack }: LoadContext): boolean {
  const known = environmentNames(folder);
  if (known.includes(environment)) return true;
  const place = startOf(yamlNamed(folder, 'stack') ?? `${folder.path}/stack.yaml`);
  if (known.length === 0) {
    if (!namePattern.test(environment))
      report.error(
        'invalid_name',
        place,
        `environment ${JSON.stringify(environment)} is not allowed; ${nameRule}`,
      );
    return true;
  }
  const hint = didYouMean(environment, known) || `; known: ${known.join(', ')}`;
  report.error('unknown_environment', place, `stack ${stack} has no environment ${environment}${hint}`);
  return false;
}

/** Checks the environments that the stack's own file names. */
function checkEnvironmentNames(spec: Tree, { folder, report }: LoadContext): void {
  const known = environmentNames(folder);
  if (known.length === 0) return;
  const approvals = mapAt(spec, 'approval', 'environments')?.entries ?? new Map<string, Entry>();
  const named = [
    ...listAt(spec, 'promotion').map((item) => ({ name: textOf(item), place: item.place })),
    ...[...approvals].map(([name, { key }]) => ({ name, place: key })),
  ];
  for (const { name, place } of named) {
    if (name === undefined || known.includes(name)) continue;
    const hint = didYouMean(name, known) || `; known: ${known.join(', ')}`;
    report.error('unknown_environment', place, `environment ${name} does not exist${hint}`);
  }
}

/** Names of the folders in `environments/`. */
export function environmentNames(folder: Folder): string[] {
  return [...(folder.folders.get('environments')?.folders.keys() ?? [])].sort(compareTexts);
}

/** Fields that documents of the repository may have, and why the engine ignores them. */
const withoutEffect = {
  backend: 'the engine keeps the state',
  hooks: 'the engine runs no hooks',
  tests: 'the engine runs no tests of a stack',
  notifications: 'the engine sends none for a stack',
};
