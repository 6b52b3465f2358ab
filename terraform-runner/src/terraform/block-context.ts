import { readRegularSync } from '../files/regular-file.ts';
import type { TerraformDiagnostic } from './terraform-diagnostic.ts';

/** A block in Terraform's notation, for example `output "url"`, and its address if it has one. */
export type BlockContext = { context: string; address: string | null };

/** Top-level blocks that have an address: number of labels, and prefix of the address. */
const blocks: Record<string, { labels: number; prefix: string }> = {
  resource: { labels: 2, prefix: '' },
  data: { labels: 2, prefix: 'data.' },
  ephemeral: { labels: 2, prefix: 'ephemeral.' },
  output: { labels: 1, prefix: 'output.' },
  variable: { labels: 1, prefix: 'var.' },
  module: { labels: 1, prefix: 'module.' },
  provider: { labels: 1, prefix: 'provider.' },
  check: { labels: 1, prefix: 'check.' },
};

/**
 * Finds the block that encloses a problem. For HCL, Terraform names it; for JSON it names a path within the
 * file, or nothing, and the block is read from the file at `path`.
 */
export function blockOf(source: TerraformDiagnostic, path: string | undefined): BlockContext | undefined {
  const given = source.snippet?.context;
  const inJson = path?.endsWith('.json') ? blockInJson(path, source.range?.start.byte) : undefined;
  if (inJson || !given) return inJson;
  const [type = '', ...labels] = given.split(' ').map((word) => word.replace(/^"|"$/g, ''));
  return { context: given, address: addressOf(type, labels) };
}

function blockInJson(path: string, byte: number | undefined): BlockContext | undefined {
  if (byte === undefined) return undefined;
  const [type = '', ...names] = keysAround(readRegularSync(path) ?? Buffer.alloc(0), byte);
  const { labels: count = 0 } = Object.hasOwn(blocks, type) ? (blocks[type] ?? {}) : {};
  const labels = names.slice(0, count);
  if (type === '' || labels.length < count) return undefined;
  return {
    context: [type, ...labels.map((label) => JSON.stringify(label))].join(' '),
    address: addressOf(type, labels),
  };
}

function addressOf(type: string, labels: string[]): string | null {
  const block = Object.hasOwn(blocks, type) ? blocks[type] : undefined;
  return block && labels.length === block.labels ? `${block.prefix}${labels.join('.')}` : null;
}

/** Returns the keys of the objects around a position, outermost first, including one that begins there. */
function keysAround(json: Buffer, byte: number): string[] {
  const open: { isObject: boolean; key: string | undefined }[] = [];
  const text = json.toString('latin1'); // one character a byte
  const token = /"(?:[^"\\]|\\[\s\S])*"(\s*:)?|[{}[\],]/g;
  for (let match = token.exec(text); match && match.index <= byte; match = token.exec(text)) {
    const [word] = match;
    const innermost = open.at(-1);
    if (word === '{' || word === '[') open.push({ isObject: word === '{', key: undefined });
    else if (word === '}' || word === ']') open.pop();
    else if (word === ',' && innermost) innermost.key = undefined;
    else if (match[1] !== undefined && innermost?.isObject)
      innermost.key = nameIn(word.slice(0, -match[1].length));
  }
  return open.flatMap(({ key }) => (key === undefined ? [] : [key]));
}

function nameIn(literal: string): string | undefined {
  try {
    return JSON.parse(Buffer.from(literal, 'latin1').toString());
  } catch {
    return undefined;
  }
}
