/** A text with variables: `offset` is where the variable begins in the text. */
export type Part =
  | { kind: 'literal'; text: string }
  | { kind: 'variable'; name: string; fallback?: Part[]; offset: number }
  /** `${` that begins no variable; `raw` is shown in the message. */
  | { kind: 'problem'; raw: string; offset: number };

const variableStart = /\$\{([A-Za-z_][A-Za-z0-9_]*)(\}|:-)/y;
const maxDepth = 50;

/** Parses `${NAME}`, `${NAME:-default}`, whose default may have variables, and `$${` for a literal `${`. */
export function parseTemplate(text: string): Part[] {
  return parseParts(text, 0, 0).parts;
}

function parseParts(text: string, start: number, depth: number): { parts: Part[]; end: number } {
  const parts: Part[] = [];
  const special = depth === 0 ? /\$\$?\{/g : /\$\$?\{|\}/g;
  let end = start;
  for (;;) {
    special.lastIndex = end;
    const match = special.exec(text);
    const stop = match?.index ?? text.length;
    if (stop > end) parts.push({ kind: 'literal', text: text.slice(end, stop) });
    if (!match || match[0] === '}') return { parts, end: stop };
    if (match[0] === '$${') {
      parts.push({ kind: 'literal', text: '${' });
      end = stop + 3;
      continue;
    }
    const variable = parseVariable(text, stop, depth);
    parts.push(variable.part);
    end = variable.end;
  }
}

function parseVariable(text: string, offset: number, depth: number): { part: Part; end: number } {
  variableStart.lastIndex = offset;
  const [matched = '', name, close] = variableStart.exec(text) ?? [];
  if (name === undefined || depth >= maxDepth) return problem(text, offset);
  const end = offset + matched.length;
  if (close === '}') return { part: { kind: 'variable', name, offset }, end };
  const fallback = parseParts(text, end, depth + 1);
  if (text[fallback.end] !== '}') return problem(text, offset, text.length); // read to its end

  return { part: { kind: 'variable', name, fallback: fallback.parts, offset }, end: fallback.end + 1 };
}

function problem(text: string, offset: number, known?: number): { part: Part; end: number } {
  const close = text.indexOf('}', offset);
  const end = known ?? (close === -1 ? text.length : close + 1);
  return { part: { kind: 'problem', raw: text.slice(offset, end), offset }, end };
}
