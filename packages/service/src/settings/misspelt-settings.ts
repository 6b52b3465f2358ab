/** Names up to this length count as misspelt only if they are one edit away. */
const maxShortName = 11;
/** Variables of other programs that resemble one of ours: OpenSSL's and `TLS_CERT_FILE`. */
const ofOtherPrograms = ['SSL_CERT_FILE'];

/**
 * Returns a line for each unknown name that is close to a setting: at most two edits, one for a short name,
 * so that variables of other programs (`HOME` and `HOST`) are ignored. Does not look at values.
 */
export function misspeltSettings(names: string[], known: string[]): string[] {
  return names
    .filter((name) => !known.includes(name) && !ofOtherPrograms.includes(name))
    .flatMap((name) => {
      const nearest = nearestSetting(name, known);
      return nearest ? [`${name}: is not a setting; did you mean ${nearest}?`] : [];
    });
}

function nearestSetting(name: string, known: string[]): string | undefined {
  let nearest: string | undefined;
  let nearestEdits = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const maxEdits = candidate.length <= maxShortName ? 1 : 2;
    if (Math.abs(candidate.length - name.length) > maxEdits) continue;
    const edits = editsBetween(name, candidate);
    if (edits > maxEdits || edits >= nearestEdits) continue;
    nearest = candidate;
    nearestEdits = edits;
  }
  return nearest;
}

/** Counts inserted, removed, replaced and swapped characters (optimal string alignment distance). */
function editsBetween(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

function at(row: number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
