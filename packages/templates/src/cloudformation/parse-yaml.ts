import {
  type Document,
  isScalar,
  type LineCounter,
  type Node,
  parseDocument,
  type ScalarTag,
  type Tags,
} from 'yaml';
import { TemplateError } from '../template-error.ts';
import { shortForms } from './short-forms.ts';
import { wrongKeyIn } from './wrong-key.ts';

/** No template needs more; deeper ones only exhaust the stack. */
export const maxDepth = 100;

export type ParsedYaml = {
  document: Document;
  /** What the document means, as plain JSON. */
  value: unknown;
  /** Whether it has numbers that are written in another way than a program writes them, such as `1.0`. */
  hasOddNumbers: boolean;
};

/** Parses YAML, and so JSON. Aliases are refused, as CloudFormation refuses them: a few lines of them can mean gigabytes. */
export function parseYaml(text: string, lineCounter: LineCounter): ParsedYaml {
  const seen = { hasOddNumbers: false };
  let document: Document;
  try {
    document = parseDocument(text, {
      lineCounter,
      schema: 'yaml-1.1', // `yes` is true
      merge: false,
      uniqueKeys: false, // `wrongKeyIn` is quicker
      customTags: (tags) => [
        ...tags.filter((tag) => !isForeign(tag)).map((tag) => watched(tag, seen)),
        ...shortForms,
      ],
    });
  } catch {
    throw new TemplateError(`its parts are nested deeper than ${maxDepth}`);
  }
  refuseErrors(document, lineCounter);
  return { document, value: toJson(document), ...seen };
}

function refuseErrors(document: Document, lines: LineCounter): void {
  const [problem] = [...document.errors, ...document.warnings];
  if (problem?.message.includes('call stack'))
    throw new TemplateError(`its parts are nested deeper than ${maxDepth}`);
  if (problem)
    throw errorAt(problem.message.split('\n')[0]?.replace(/ at line \d.*$/, '') ?? '', problem.pos[0], lines);
  const wrong = wrongKeyIn(document.contents);
  if (wrong) throw errorAt(wrong.problem, (wrong.key as Node | null)?.range?.[0] ?? 0, lines);
}

function errorAt(problem: string, offset: number, lines: LineCounter): TemplateError {
  const { line, col } = lines.linePos(offset);
  return new TemplateError(problem, { line, column: col });
}

/** CloudFormation has no timestamps (versions are texts), binary values, sets or ordered maps. */
function isForeign(tag: Tags[number]): boolean {
  return typeof tag === 'object' && /(timestamp|binary|set|omap|pairs)$/.test(tag.tag);
}

/** A tag of numbers that also notes the odd ones. */
function watched(tag: Tags[number], seen: { hasOddNumbers: boolean }): Tags[number] {
  if (typeof tag !== 'object' || !/(int|float)$/.test(tag.tag) || 'collection' in tag) return tag;
  const resolve: ScalarTag['resolve'] = (text, ...rest) => {
    const found = (tag as ScalarTag).resolve(text, ...rest);
    if (String(isScalar(found) ? found.value : found) !== text) seen.hasOddNumbers = true;
    return found;
  };
  return { ...tag, resolve } as ScalarTag;
}

function toJson(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    throw error instanceof ReferenceError
      ? new TemplateError('it has aliases (*name), which CloudFormation does not take; write the parts out')
      : new TemplateError(`its parts are nested deeper than ${maxDepth}`);
  }
}
