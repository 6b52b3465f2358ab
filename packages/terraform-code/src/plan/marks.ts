/** Marks nested deeper count as set; Terraform's own never are. */
export const maxMarkDepth = 128;

/**
 * Says whether any mark is set in a shape such as `after_unknown` or `after_sensitive`: the shape of a value,
 * with `true` in place of each value that the mark is about.
 */
export function hasMark(marks: unknown, depth = 0): boolean {
  if (marks === true || depth > maxMarkDepth) return true;
  if (typeof marks !== 'object' || marks === null) return false;
  return Object.values(marks).some((mark) => hasMark(mark, depth + 1));
}
