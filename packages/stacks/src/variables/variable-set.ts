import { compareTexts, type Place, type Report } from '../errors.ts';
import { type Arrow, findCycles } from '../graph/cycles.ts';
import { didYouMean } from '../suggest.ts';
import { isNull, type Scalar, type Tree } from '../tree/tree.ts';
import { type Part, parseTemplate } from './template.ts';

export const reservedNames = ['STACK', 'ENVIRONMENT', 'SERVICE', 'COMPONENT', 'REGION'];
/** Names of variables. */
export const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** The place of a variable that the caller gives, not a file. */
const givenPlace: Place = { file: '--var', line: 1, column: 1 };

export type Variable = { place: Place; parts: Part[] };

/** Variables of a stack or service by name, with those that can't have a value because of a cycle. */
export type VariableSet = {
  variables: Map<string, Variable>;
  cyclic: Set<string>;
  /** A file with variables could not be read: what is unknown may be in it. */
  isIncomplete: boolean;
  /** Names that may be variables in files with errors. */
  lostNames: Set<string>;
};

export type VariableSource = {
  /** `variables` of files, lowest first. */
  layers: (Tree | undefined)[];
  /** What the caller gives on top. */
  given: Record<string, string>;
  isIncomplete?: boolean;
  lostNames?: string[];
};

/** Joins layers of variables. Reports names that are reserved or not allowed, and each cycle once. */
export function variableSet(source: VariableSource, report: Report): VariableSet {
  const { layers, given, isIncomplete = false, lostNames = [] } = source;
  const variables = new Map<string, Variable>();
  for (const layer of layers)
    if (layer?.kind === 'map')
      for (const [name, { key, value }] of layer.entries)
        if (isNull(value)) variables.delete(name);
        else if (isAllowed(name, key, report)) variables.set(name, variableOf(value));
  for (const [name, text] of Object.entries(given))
    if (isAllowed(name, givenPlace, report))
      variables.set(name, { place: givenPlace, parts: parseTemplate(text) });
  const cyclic = findCyclic(variables, report);
  return { variables, cyclic, isIncomplete, lostNames: new Set(lostNames) };
}

function isAllowed(name: string, place: Place, report: Report): boolean {
  if (reservedNames.includes(name)) {
    report.error('reserved_variable', place, `variable ${name} is set by the engine; use another name`);
    return false;
  }
  if (namePattern.test(name)) return true;
  const message = `variable ${name} is not allowed; use letters, digits and underscores, with no digit first`;
  report.error('invalid_name', place, message);
  return false;
}

function variableOf(tree: Tree): Variable {
  if (tree.kind !== 'scalar') return { place: tree.place, parts: [] };
  return { place: tree.place, parts: parseTemplate(scalarText(tree)) };
}

/** Returns a scalar as a text, a number as it is in the file. */
export function scalarText(tree: { value: Scalar; source?: string }): string {
  return typeof tree.value === 'number' ? (tree.source ?? String(tree.value)) : String(tree.value);
}

/** Returns the names that are in a cycle, or need one that is. */
function findCyclic(variables: Map<string, Variable>, report: Report): Set<string> {
  const arrows: Arrow[] = [...variables].flatMap(([from, { place, parts }]) =>
    namesIn(parts, variables).map((to) => ({ from, to, place })),
  );
  const cycles = findCycles(arrows);
  for (const { path, place } of cycles)
    report.error(
      'variable_cycle',
      place,
      `variables use each other: ${path.join(' → ')}; give one of them a value of its own`,
    );
  const cyclic = new Set(cycles.flatMap(({ path }) => path));
  const usedBy = new Map<string, string[]>();
  for (const { from, to } of cyclic.size > 0 ? arrows : []) {
    const users = usedBy.get(to);
    if (users) users.push(from);
    else usedBy.set(to, [from]);
  }
  for (const name of cyclic) for (const user of usedBy.get(name) ?? []) cyclic.add(user);
  return cyclic;
}

/** Names of variables that the text needs; of a default only if it is used. */
function namesIn(parts: Part[], variables: Map<string, Variable>): string[] {
  return parts.flatMap((part) => {
    if (part.kind !== 'variable') return [];
    if (variables.has(part.name)) return part.name;
    return part.fallback ? namesIn(part.fallback, variables) : [];
  });
}

/** Describes a variable that has no value. */
export function undefinedMessage(name: string, set: VariableSet, reserved: Record<string, string>): string {
  const known = [...set.variables.keys(), ...Object.keys(reserved)].sort(compareTexts);
  const remedy = `give it with --var ${name}=… or under spec.variables`;
  return `variable ${name} is not defined; ${remedy}${didYouMean(name, known)}`;
}
