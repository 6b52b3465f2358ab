/** Names of more characters are not compared. */
const maxLength = 100;

/** Returns `; did you mean …?` with the nearest of the known names, or an empty text. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}

/**
 * Returns the known name that is most like this one: equal but for case and separators, at most a third of its
 * characters edited, or a beginning of it of three characters or more.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > maxLength) return undefined;
  let nearest: string | undefined;
  let nearestCost = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const cost = costBetween(name, candidate);
    if (cost >= nearestCost) continue;
    nearest = candidate;
    nearestCost = cost;
  }
  return nearest;
}

function costBetween(name: string, candidate: string): number {
  const [left, right] = [plain(name), plain(candidate)];
  if (left === right) return 0;
  const longest = Math.max(left.length, right.length);
  if (longest > maxLength) return Number.POSITIVE_INFINITY;
  const maxEdits = Math.max(1, Math.floor(longest / 3));
  const edits =
    Math.abs(left.length - right.length) > maxEdits ? Number.POSITIVE_INFINITY : editsBetween(left, right);
  if (edits <= maxEdits && edits < longest) return edits;
  const isBeginning =
    Math.min(left.length, right.length) >= 3 && (left.startsWith(right) || right.startsWith(left));
  return isBeginning ? longest : Number.POSITIVE_INFINITY;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.\s]/g, '');
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
