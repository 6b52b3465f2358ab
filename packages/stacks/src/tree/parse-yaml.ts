import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  Schema,
  type Tags,
  type YAMLMap,
} from 'yaml';
import { type Place, type Report, startOf } from '../errors.ts';
import { type Entry, invalid, type ScalarTree, type Tree } from './tree.ts';

/** Bounds what aliases can expand to; hand-written files stay far below. */
const maxValues = 100_000;
const maxDepth = 100;
const tooMuch = 'aliases expand to too many values, or values are nested too deeply';

export type YamlFile = {
  /** Documents that are not empty. */
  documents: Tree[];
  /** Whether the file could not be read to its end, so that `documents` lacks something. */
  broken: boolean;
};

/**
 * Parses a file of YAML 1.2 (core schema): `no`, `on` and `007` are texts. Reports a syntax error once per file
 * and every repeated key; of repeated keys the first counts.
 */
export function parseYaml(file: string, text: string, report: Report): YamlFile {
  const lines = new LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    const parsed = parseAllDocuments(text.replace(/^\ufeff/, ''), {
      lineCounter: lines,
      prettyErrors: false,
      version: '1.2',
      uniqueKeys: false, // reported with its place below
      schema,
    });
    const documents = Array.isArray(parsed) ? parsed : [];
    if (reportProblems(documents, placeOf, report)) return { documents: [], broken: true };
    const trees = documents.flatMap((document) =>
      document.contents === null || isEmpty(document.contents)
        ? []
        : [new Conversion(placeOf, report).convert(document.contents)],
    );
    return { documents: trees, broken: false };
  } catch (error) {
    if (!(error instanceof ConversionError || error instanceof RangeError)) throw error;
    const problem = error instanceof ConversionError ? error : { place: startOf(file), message: tooMuch };
    report.error('yaml_syntax', problem.place, `reading YAML: ${problem.message}`);
    return { documents: [], broken: true };
  }
}

/** One for all documents: making it takes longer than parsing a small file. */
const schema = new Schema({ schema: 'core', customTags: withoutLeadingZeros });

/** A number with leading zeros, such as an account id, stays a text. */
function withoutLeadingZeros(tags: Tags): Tags {
  return tags.map((tag) =>
    typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:int' && !('format' in tag && tag.format)
      ? { ...tag, test: /^[-+]?(?:0|[1-9][0-9]*)$/ }
      : tag,
  ) as Tags;
}

/** Returns whether a document could not be read. */
function reportProblems(
  documents: Document.Parsed[],
  placeOf: (offset: number) => Place,
  report: Report,
): boolean {
  const [syntax] = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  if (syntax) {
    const isTooDeep = syntax.message.includes('call stack');
    const message = isTooDeep ? tooMuch : (syntax.message.split('\n')[0] ?? '');
    report.error('yaml_syntax', placeOf(syntax.pos[0]), `reading YAML: ${message}`);
    return true;
  }
  return false;
}

function isEmpty(node: ParsedNode): boolean {
  return isScalar(node) && node.value === null;
}

class ConversionError extends Error {
  readonly place: Place;

  constructor(place: Place, message: string) {
    super(message);
    this.place = place;
  }
}

class Conversion {
  readonly #placeOf: (offset: number) => Place;
  readonly #report: Report;
  /** Nodes by anchor, as far as the document is converted: an alias means the last one above. */
  readonly #anchors = new Map<string, Node>();
  #values = 0;
  #openAliases = 0;

  constructor(placeOf: (offset: number) => Place, report: Report) {
    this.#placeOf = placeOf;
    this.#report = report;
  }

  convert(node: Node, depth = 0): Tree {
    const place = this.#placeOf(node.range?.[0] ?? 0);
    if (++this.#values > maxValues || depth > maxDepth) throw new ConversionError(place, tooMuch);
    if (isAlias(node)) return this.#target(node, place, depth);
    this.#remember(node);
    if (isMap(node)) return { kind: 'map', place, entries: this.#entries(node, depth) };
    if (isSeq(node))
      return { kind: 'list', place, items: node.items.map((item) => this.convert(item as Node, depth + 1)) };
    return isScalar(node) ? scalarOf(node, place) : invalid(place);
  }

  #remember(node: Node): void {
    const anchor = 'anchor' in node ? node.anchor : undefined;
    if (typeof anchor === 'string' && this.#openAliases === 0) this.#anchors.set(anchor, node);
  }

  #target(alias: Alias, place: Place, depth: number): Tree {
    const node = this.#anchors.get(alias.source);
    if (!node) throw new ConversionError(place, `no anchor &${alias.source} is above in this document`);
    this.#openAliases++;
    const tree = this.convert(node, depth + 1);
    this.#openAliases--;
    return tree;
  }

  #entries(map: YAMLMap, depth: number): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    const merged: Tree[] = [];
    for (const { key, value } of map.items) {
      const keyPlace = this.#placeOf((key as Node | null)?.range?.[0] ?? 0);
      if (!isScalar(key))
        throw new ConversionError(keyPlace, 'a key is a map, a list or an alias; use a text');
      this.#remember(key);
      const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
      if (entries.has(name)) {
        this.#report.error(
          'duplicate_key',
          keyPlace,
          `the map already has the key ${name}; remove one of them`,
        );
        continue;
      }
      const tree = value ? this.convert(value as Node, depth + 1) : scalarOf({ value: null }, keyPlace);
      if (name === '<<' && key.type === 'PLAIN') merged.push(...(tree.kind === 'list' ? tree.items : [tree]));
      else entries.set(name, { key: keyPlace, value: tree });
    }
    for (const tree of merged) {
      if (tree.kind !== 'map') throw new ConversionError(tree.place, '<< merges maps only');
      for (const [name, entry] of tree.entries) if (!entries.has(name)) entries.set(name, entry);
    }
    return entries;
  }
}

function scalarOf(node: { value: unknown; source?: string }, place: Place): ScalarTree {
  const { value, source } = node;
  if (typeof value === 'number' && source !== undefined) {
    const isExact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
    return isExact
      ? { kind: 'scalar', place, value, source }
      : { kind: 'scalar', place, value: source, source };
  }
  const isPlain = value === null || typeof value === 'string' || typeof value === 'boolean';
  return { kind: 'scalar', place, value: isPlain ? value : String(value) };
}
