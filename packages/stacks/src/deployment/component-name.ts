import { createHash } from 'node:crypto';

/** The names of load balancers and target groups have no more. */
const maxLength = 32;
const digestLength = 8;

/**
 * Returns a name for the resources of a component that is unique in the account and always the same: the names
 * joined with hyphens if that is short and can't mean anything else, otherwise cut and with a digest of all.
 * `region` only counts for a component that has several.
 */
export function componentName(names: string[], region: string | undefined): string {
  const plain = names.join('-');
  const isClear = region === undefined && names.every((name) => /^[a-z0-9]+$/.test(name));
  if (isClear && plain.length <= maxLength) return plain;
  const digest = createHash('sha256')
    .update(JSON.stringify([...names, region ?? null]))
    .digest('hex')
    .slice(0, digestLength);
  const words = names.map((name) => name.replaceAll(/[^a-z0-9-]/g, ''));
  return [...shortened(words, maxLength - digestLength - names.length), digest].join('-');
}

/** Cuts the longest word, again and again, until all fit. */
function shortened(words: string[], maxTotal: number): string[] {
  const cut = [...words];
  for (let total = cut.join('').length; total > maxTotal; total -= 1) {
    const longest = cut.reduce(
      (best, word, index) => (word.length > (cut[best]?.length ?? 0) ? index : best),
      0,
    );
    cut[longest] = cut[longest]?.slice(0, -1) ?? '';
  }
  return cut.map((word) => word.replaceAll(/^-+|-+$|-+(?=-)/g, '')).filter((word) => word !== '');
}
