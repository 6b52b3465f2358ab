/** Longer texts match only `*`, so that the cost of one comparison stays bounded. */
const maxTextLength = 4096;

/** Whether `text` matches `pattern`, in which `*` stands for any text. Not recursive, no regular expression. */
export function matchesWildcard(pattern: string, text: string): boolean {
  if (pattern === '*') return true;
  if (text.length > maxTextLength) return false;
  let p = 0;
  let star = -1;
  let resumeAt = 0;
  for (let t = 0; t < text.length; ) {
    if (pattern[p] === '*') {
      star = p++;
      resumeAt = t;
    } else if (pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resumeAt;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
