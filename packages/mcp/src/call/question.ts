import { visible } from '../answer/visible.ts';
import type { Approval } from './approval.ts';

const namedChanges = 30;
const changeCharacters = 200;

/** Writes what a person is asked to approve: what it is about, each change in a line, and the digest. */
export function questionText(about: string, changes: string[], planDigest: string): Approval['question'] {
  const more = changes.length - namedChanges;
  return [
    about,
    ...changes.slice(0, namedChanges).map((change) => `- ${visible(change).slice(0, changeCharacters)}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
    `Plan ${planDigest.slice(0, 12)}.`,
  ].join('\n');
}
