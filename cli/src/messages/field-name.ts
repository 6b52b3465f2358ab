import { argumentOf, optionOf } from './running-command.ts';

/** Options and arguments that have another name than the field that they set. */
const names: Record<string, string> = {
  projectId: 'project',
  reason: 'why',
  graceSeconds: 'grace',
  snapshotId: 'snapshot',
  id: 'ruleId',
  ruleId: 'rule',
  orphanId: 'orphan',
  orphanIds: 'orphan',
};

/** Returns a field of a request as the user gave it: an option, an argument, a file, or else its path. `pointer` is that of RFC 6901. */
export function fieldName(pointer: string): string {
  const [first = '', ...rest] = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (first === 'variables' && rest.length > 0)
    return [...(optionOf('var') ? ['--var'] : []), rest.join('.')].join(' ');
  if (first === 'files' && rest.length > 0) return rest.join('/');
  if (first === 'iacCode') return 'the code';
  const name = names[first] ?? first;
  const given = optionOf(name) ?? optionOf(first) ?? argumentOf(name) ?? argumentOf(first);
  const isOfList = /^\d+$/.test(rest.join());
  return given === undefined ? [first, ...rest].join('.') : [given, ...(isOfList ? [] : rest)].join(' ');
}
