import type { Diagnostic, PolicyFinding } from '@deployment-engine/contracts';
import { parseHcl, parseJson } from '@deployment-engine/terraform-code';
import type { UploadedFiles } from './preflight.ts';
import { textOf } from './source-files.ts';

const fence = /^\s*(```|~~~)/;
const markOfText = /^\s*(?:#{1,6} |[-*•>] |\d+[.)] |\*\*)?\p{L}/u;
/** Text around code is short; longer texts or lines are not examined. */
const maxTextLines = 60;
const maxLineLength = 500;

/**
 * Finds files that do not parse because the code is wrapped in Markdown fences or in sentences, as in the
 * output of language models. Returns one diagnostic per file, with the lines that are the code.
 */
export function fencedFiles(files: UploadedFiles, findings: PolicyFinding[]): Diagnostic[] {
  const unread = new Set(findings.filter(({ id }) => id === 'PRE-SYNTAX').map(({ file }) => file));
  return [...unread].flatMap((path) => {
    const content = path === null ? undefined : files.get(path);
    const text = content === undefined ? null : textOf(content);
    const found = path !== null && text !== null ? around(path, text.split('\n')) : undefined;
    return found ? [found] : [];
  });
}

function around(path: string, lines: string[]): Diagnostic | undefined {
  const opening = lines.findIndex((line) => fence.test(line));
  if (opening >= 0) {
    // A fence inside a heredoc is text, so the code parses only without the outer fences.
    const closing = lines.findIndex((line, index) => index > opening && fence.test(line));
    const end = closing < 0 ? lines.length : closing;
    const isOpening = lines.slice(0, opening).every((line) => !/[={}]/.test(line));
    if (!isOpening && !parses(path, lines.slice(0, opening))) return undefined;
    const code: [number, number] = isOpening ? [opening + 1, end] : [0, opening];
    return diagnostic(path, lines, opening, code, 'The code is wrapped in Markdown fences.');
  }
  const leading = lines.findIndex((line) => !blank(line) && !isProse(line));
  const trailing = lines.findLastIndex((line) => !blank(line) && !isProse(line));
  if (leading < 0 || leading + lines.length - trailing > maxTextLines) return undefined;
  if (lines.slice(0, leading).every(blank) && lines.slice(trailing + 1).every(blank)) return undefined;
  if (!parses(path, lines.slice(leading, trailing + 1))) return undefined;
  const first = lines.findIndex((line, index) => !blank(line) && (index < leading || index > trailing));
  return diagnostic(path, lines, first, [leading, trailing + 1], 'There is text around the code.');
}

function blank(line: string): boolean {
  return line.trim() === '';
}

/** Whether a line is prose: no code in it, and several words or the end of a sentence. */
function isProse(line: string): boolean {
  if (line.length > maxLineLength || /[={}[\]]/.test(line) || !markOfText.test(line)) return false;
  return /[.:!?]$/.test(line.trimEnd()) || line.trim().split(/\s+/).length >= 3;
}

function parses(path: string, lines: string[]): boolean {
  try {
    if (path.endsWith('.json')) parseJson(lines.join('\n'));
    else parseHcl(lines.join('\n'));
    return true;
  } catch {
    return false;
  }
}

/** `code` is the range of code lines: the first, and the one after the last. */
function diagnostic(
  path: string,
  lines: string[],
  at: number,
  [from, to]: [number, number],
  what: string,
): Diagnostic {
  const snippet = (lines[at] ?? '').replace(/\r$/, '');
  const rest = to > from ? ` Send lines ${from + 1} to ${to} of ${path} only.` : '';
  return {
    severity: 'error',
    code: 'code_fenced',
    summary: 'Text around the code',
    detail: `${what} A file holds Terraform code and nothing else: put explanations into comments that begin with "#".${rest}`,
    file: path,
    line: at + 1,
    column: snippet.length - snippet.trimStart().length + 1,
    endLine: at + 1,
    endColumn: snippet.length + 1,
    snippet,
    address: null,
    context: null,
    values: [],
  };
}
