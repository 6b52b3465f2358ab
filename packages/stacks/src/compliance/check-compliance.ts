import type { Instance } from '../components/component.ts';
import type { ComplianceSeverity } from '../documents/specs.ts';
import type { Place } from '../errors.ts';
import type { LoadContext } from '../loading/context.ts';
import type { StackSource } from '../loading/stack.ts';
import { rangeWords } from '../schema/scalar.ts';
import { choiceWords, valueWords } from '../schema/words.ts';
import { at, type Tree } from '../tree/tree.ts';
import type { Scope } from '../variables/scope.ts';
import { kindsOf } from './fields-of-kind.ts';
import { type Requirement, readRequirements } from './requirement.ts';

/** A component that does not meet a requirement of a file of kind Compliance; the place is that of the value. */
export type ComplianceFinding = Place & {
  requirement: string;
  severity: ComplianceSeverity;
  /** `service/component`, with `@region` if the component names its regions. */
  component: string;
  /** A path like `spec.ports[0].port`. */
  field: string;
  message: string;
};

/**
 * Compares components, after all layers and defaults, with the requirements of the stack and of their service. Each
 * finding is a warning too. Says nothing while something else is wrong with the files.
 */
export function checkCompliance(
  instances: Instance[],
  stack: StackSource,
  scope: Scope,
  context: LoadContext,
): ComplianceFinding[] {
  const { report, catalog } = context;
  const ofService = new Map(stack.services.map(({ name, layers }) => [name, layers.layers]));
  const byService = Map.groupBy(instances, ({ service }) => service);
  const findings = [...byService].flatMap(([service, components]) => {
    const layers = [...stack.layers.layers, ...(ofService.get(service) ?? [])];
    return readRequirements(layers, scope, context).flatMap((requirement) => {
      const kinds = kindsOf(requirement, catalog, report);
      const meant = components.filter(({ kind }) => kind && kinds.has(kind.name));
      return meant.flatMap((component) => findingsIn(component, requirement));
    });
  });
  if (report.errors.length > 0) return [];
  for (const finding of findings) report.warn('compliance', finding, textOfFinding(finding));
  return findings;
}

function textOfFinding({ component, message, requirement, severity }: ComplianceFinding): string {
  return `${component}: ${message} (requirement ${requirement}, ${severity})`;
}

function findingsIn(component: Instance, requirement: Requirement): ComplianceFinding[] {
  const [part = '', ...keys] = requirement.field.split('.');
  const owner = component.source.document?.kindPlace ?? component.spec.place;
  const { name, severity, message } = requirement;
  const finding = (field: string, place: Place, what: string): ComplianceFinding => ({
    ...{ requirement: name, severity, component: component.id, field },
    ...{ file: place.file, line: place.line, column: place.column },
    message: `${field} ${what}${message === undefined ? '' : `: ${message}`}`,
  });
  if (part === 'labels') {
    const label = keys.join('.');
    const value = Object.hasOwn(component.labels, label) ? component.labels[label] : undefined;
    const tree: Tree | undefined = value === undefined ? undefined : { kind: 'scalar', place: owner, value };
    const what = problemWith(tree, requirement);
    return what === undefined ? [] : [finding(requirement.field, owner, what)];
  }
  const root = part === 'infra' ? component.infra : component.spec;
  return valuesAt(root, keys, part, root.place).flatMap(({ path, tree, place }) => {
    const what = problemWith(tree, requirement);
    return what === undefined ? [] : [finding(path, place, what)];
  });
}

type Found = { path: string; tree: Tree | undefined; place: Place };

/** Follows a path; `name[]` means every item of a list. The place of a missing value is that of the map around it. */
function valuesAt(tree: Tree, keys: string[], path: string, place: Place): Found[] {
  const [key, ...rest] = keys;
  if (key === undefined) return [{ path, tree, place: tree.place }];
  const isList = key.endsWith('[]');
  const name = isList ? key.slice(0, -2) : key;
  const inner = at(tree, name);
  const innerPath = `${path}.${name}`;
  if (!inner) return isList ? [] : [{ path: [innerPath, ...rest].join('.'), tree: undefined, place }];
  if (!isList) return valuesAt(inner, rest, innerPath, inner.place);
  const items = inner.kind === 'list' ? inner.items : [];
  return items.flatMap((item, index) => valuesAt(item, rest, `${innerPath}[${index}]`, item.place));
}

function problemWith(tree: Tree | undefined, { minimum, maximum, oneOf }: Requirement): string | undefined {
  const isRange = minimum !== undefined || maximum !== undefined;
  const wanted = oneOf ? `one of ${choiceWords(oneOf)}` : isRange ? rangeWords(minimum, maximum) : '';
  if (!tree) return wanted === '' ? 'is missing' : `is missing, but must be ${wanted}`;
  const value = tree.kind === 'scalar' ? tree.value : undefined;
  if (oneOf && !oneOf.some((choice) => choice === value))
    return `is ${valueWords(tree)}, but must be ${wanted}`;
  if (!isRange) return undefined;
  const isInside =
    typeof value === 'number' && value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity);
  return isInside ? undefined : `is ${valueWords(tree)}, but must be ${wanted}`;
}
