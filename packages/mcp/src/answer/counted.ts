/** Writes a number with its noun, for example `1 error` or `2 errors`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The same for one page of a list, which says so if there are more. */
export function countedPage(count: number, noun: string, nextCursor: string | null): string {
  return `${counted(count, noun)}.${nextCursor === null ? '' : ' There are more: pass nextCursor as cursor.'}`;
}
