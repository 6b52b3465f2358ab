import type { Document } from '../documents/document.ts';
import { infraSchemaOf } from '../kind/kind.ts';
import type { ComponentSource } from '../loading/component.ts';
import type { LoadContext } from '../loading/context.ts';
import type { ServiceSource } from '../loading/service.ts';
import type { StackSource } from '../loading/stack.ts';
import { validate } from '../schema/validate.ts';
import { merge } from '../tree/merge.ts';
import { at, listAt, type Tree, textsOf } from '../tree/tree.ts';
import { Scope } from '../variables/scope.ts';
import type { VariableSet } from '../variables/variable-set.ts';
import type { Instance } from './component.ts';
import { readConfigs } from './configs.ts';
import { type MergedComponent, mergeComponent } from './layers-of.ts';
import { projectId } from './project-id.ts';
import { regionOf } from './region.ts';
import { checkRules } from './rules.ts';

export type Surroundings = {
  stack: StackSource;
  service: ServiceSource;
  variables: VariableSet;
  /** Region of the stack's provider; empty if it is not known. */
  region: string;
};

type Known = ComponentSource & { document: Document };

/** Resolves a component in each of its regions. */
export function resolveComponent(
  source: ComponentSource,
  around: Surroundings,
  context: LoadContext,
): Instance[] {
  if (!source.document) return [];
  const known: Known = { ...source, document: source.document };
  const general = [...around.stack.layers.layers, ...around.service.layers.layers];
  const merged = mergeComponent(known, general, context.catalog, context.report);
  const regions = regionsOf(known, around, context);
  if (!regions) return [resolveIn(around.region, false, known, merged, around, context)];
  return regions.map((region) => resolveIn(region, true, known, merged, around, context));
}

function reservedNames(source: ComponentSource, { stack, environment }: LoadContext): Record<string, string> {
  return { STACK: stack, ENVIRONMENT: environment, SERVICE: source.service, COMPONENT: source.name };
}

/** Returns undefined if the component is in the stack's region. */
function regionsOf(source: Known, { variables }: Surroundings, context: LoadContext): string[] | undefined {
  if (!at(source.metadata, 'regions')) return undefined;
  const scope = new Scope(variables, reservedNames(source, context), context.report);
  const regions = listAt(source.metadata, 'regions').flatMap(
    (item) => regionOf(scope.expandTree(item), context.report) ?? [],
  );
  return regions.length > 0 ? [...new Set(regions)] : undefined;
}

function resolveIn(
  region: string,
  isNamed: boolean,
  source: Known,
  merged: MergedComponent,
  around: Surroundings,
  context: LoadContext,
): Instance {
  const { report, repository, stack, environment } = context;
  const scope = new Scope(around.variables, { ...reservedNames(source, context), REGION: region }, report);
  const [spec, infra] = complete(source, merged, scope, around, context);
  const names = [stack, environment, source.service, source.name];
  const id = `${source.service}/${source.name}`;
  return {
    id: isNamed ? `${id}@${region}` : id,
    service: source.service,
    name: source.name,
    region,
    kind: source.kind,
    projectId: projectId(...names, ...(isNamed ? [region] : [])),
    spec,
    infra,
    configs: readConfigs(source, spec, scope, repository, report),
    labels: joinedTexts('labels', source, around, scope, context),
    annotations: joinedTexts('annotations', source, around, scope, context),
    source,
  };
}

/** Expands, checks and completes `spec` and `infra`. */
function complete(
  source: Known,
  merged: MergedComponent,
  scope: Scope,
  around: Surroundings,
  { catalog, report }: LoadContext,
): [Tree, Tree] {
  const [spec, infra] = [scope.expandTree(merged.spec), scope.expandTree(merged.infra)];
  const { kind, document, over } = source;
  if (!kind) return [spec, infra];
  const specFiles = [document.place.file, over?.place.file];
  const files = [...specFiles, ...source.infra.map(({ place }) => place.file)];
  const isIncomplete =
    source.isIncomplete ||
    !document.spec ||
    around.stack.layers.isIncomplete ||
    around.service.layers.isIncomplete;
  const infraSchema = infraSchemaOf(catalog, kind);
  const owner = document.spec?.place ?? document.place;
  const validSpec = validate(
    kind.schema,
    spec,
    { path: 'spec', owner },
    { report, root: kind.schema, isIncomplete, isOwnFile: (file) => specFiles.includes(file) },
  );
  const validInfra = validate(
    infraSchema,
    infra,
    { path: 'infra' },
    { report, root: infraSchema, isIncomplete },
  );
  checkRules({ kind, spec: validSpec, infra: validInfra, isOwnFile: (file) => files.includes(file), report });
  return [validSpec, validInfra];
}

/** Joins labels or annotations of stack, service and component; the component's win. */
function joinedTexts(
  field: 'labels' | 'annotations',
  source: ComponentSource,
  { stack, service }: Surroundings,
  scope: Scope,
  { report }: LoadContext,
): Record<string, string> {
  const layers = [stack[field], service[field], at(source.metadata, field)];
  const joined = layers.reduce(
    (lower, upper) => (upper ? merge(lower, upper, { report }) : lower),
    undefined,
  );
  return joined ? textsOf(scope.expandTree(joined)) : {};
}
