import { printable } from './printable.ts';

export type Sign = '+' | '-' | '~' | ' ';
export type AttributeLine = { sign: Sign; text: string };

const unknownText = '(known after apply)';
const contextLines = 2;

/** `unknown` has `true` where a value is known only after apply, in the shape of the values. */
export type Difference = { before: unknown; after: unknown; unknown: unknown };

/** Lists the attributes that differ, one level of indentation for each level of nesting. */
export function attributeLines(difference: Difference, indent = ''): AttributeLine[] {
  const names = namesOf(difference);
  const changed = names
    .map((name) => [name, childOf(difference, name)] as const)
    .filter(([, child]) => isChanged(child));
  const width = Math.max(
    0,
    ...changed.filter(([, child]) => !isNested(child)).map(([name]) => printable(name).length),
  );
  const lines = changed.flatMap(([name, child]) => changeLines(name, child, width, indent));
  const unchanged = names.filter((name) => isShown(childOf(difference, name))).length - changed.length;
  if (unchanged > 0 && isMap(difference.before) && isMap(difference.after))
    lines.push({ sign: ' ', text: `${indent}# ${unchanged} unchanged` });
  return lines;
}

function changeLines(name: string, child: Difference, width: number, indent: string): AttributeLine[] {
  const sign = signOf(child);
  const start = `${indent}${printable(name)}`;
  if (isNested(child)) {
    const [open, close] = isList(child) ? ['[', ']'] : ['{', '}'];
    return [
      { sign, text: `${start} ${open}` },
      ...attributeLines(child, `${indent}    `),
      { sign: ' ', text: `${indent}${close}` },
    ];
  }
  const { before, after, unknown } = child;
  const label = `${indent}${printable(name).padEnd(width)} =`;
  if (isText(before) && isText(after) && unknown !== true && /\n/.test(before + after))
    return [{ sign, text: label }, ...textLines(before, after, `${indent}    `)];
  const next = unknown === true ? unknownText : valueText(after);
  if (sign === '+') return [{ sign, text: `${label} ${next}` }];
  if (sign === '-') return [{ sign, text: `${label} ${valueText(before)}` }];
  return [{ sign, text: `${label} ${valueText(before)} -> ${next}` }];
}

/** Shows the lines between the first and the last that differ, with a few around them. */
function textLines(before: string, after: string, indent: string): AttributeLine[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const line = (sign: Sign) => (text: string) => ({ sign, text: `${indent}${printable(text)}` });
  return [
    ...old.slice(Math.max(0, start - contextLines), start).map(line(' ')),
    ...old.slice(start, old.length - end).map(line('-')),
    ...now.slice(start, now.length - end).map(line('+')),
    ...now.slice(now.length - end, now.length - end + contextLines).map(line(' ')),
  ];
}

function valueText(value: unknown): string {
  if (value === '(sensitive)') return value;
  return printable(JSON.stringify(value) ?? 'null');
}

function signOf({ before, after, unknown }: Difference): Sign {
  if (isAbsent(before)) return '+';
  return isAbsent(after) && !hasUnknown(unknown) ? '-' : '~';
}

function namesOf({ before, after, unknown }: Difference): string[] {
  const names = [before, after, unknown].flatMap((value) => (isMap(value) ? Object.keys(value) : []));
  const isList = Array.isArray(after ?? before);
  return isList ? [...new Set(names)] : [...new Set(names)].sort();
}

function childOf({ before, after, unknown }: Difference, name: string): Difference {
  const inner = (value: unknown) => (isMap(value) ? value[name] : undefined);
  return { before: inner(before), after: inner(after), unknown: inner(unknown) };
}

function isChanged({ before, after, unknown }: Difference): boolean {
  return hasUnknown(unknown) || !isSame(before, after);
}

function isShown({ before, after }: Difference): boolean {
  return !isAbsent(before) || !isAbsent(after);
}

/** Whether its parts are shown, rather than it as a whole. */
function isNested({ before, after, unknown }: Difference): boolean {
  if (unknown === true) return false;
  const [left, right] = [isAbsent(before) ? undefined : before, isAbsent(after) ? undefined : after];
  if (left === undefined && right === undefined) return isMap(unknown);
  return [left, right].every(
    (value) => value === undefined || (isMap(value) && Object.keys(value).length > 0),
  );
}

function isList({ before, after }: Difference): boolean {
  return Array.isArray(after ?? before);
}

function hasUnknown(unknown: unknown): boolean {
  return unknown === true || (isMap(unknown) && Object.values(unknown).some(hasUnknown));
}

function isSame(left: unknown, right: unknown): boolean {
  if (isAbsent(left) || isAbsent(right)) return isAbsent(left) && isAbsent(right);
  if (!isMap(left) || !isMap(right)) return left === right;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => isSame(left[name], right[name]));
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '(sensitive)';
}

/** Lists count as maps from their positions. */
function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
