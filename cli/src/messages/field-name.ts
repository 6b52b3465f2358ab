import { optionOf } from './running-command.ts';

/** Attributes of options that have another name than the field that they set. */
const attributes: Record<string, string> = {
  projectId: 'project',
  reason: 'why',
  graceSeconds: 'grace',
  snapshotId: 'snapshot',
};

/** Returns a field of a request as the user gave it: an option, a file, or else its path. `pointer` is that of RFC 6901. */
export function fieldName(pointer: string): string {
  const [first = '', ...rest] = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (first === 'variables' && rest.length > 0) return `--var ${rest.join('.')}`;
  if (first === 'files' && rest.length > 0) return rest.join('/');
  if (first === 'iacCode') return 'the code';
  const option = optionOf(attributes[first] ?? first);
  return option === undefined ? [first, ...rest].join('.') : [option, ...rest].join(' ');
}
