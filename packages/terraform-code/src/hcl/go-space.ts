/** Go's `unicode.IsSpace`, which differs from JavaScript's in U+0085 and U+FEFF. */
const goSpace = '[\\t\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const leadingSpace = new RegExp(`^${goSpace}+`);
const trailingSpace = new RegExp(`(?<!${goSpace})${goSpace}+$`);

/** Equivalent of `strings.TrimSpace`. */
export function trimLikeGo(text: string): string {
  return text.replace(leadingSpace, '').replace(trailingSpace, '');
}
