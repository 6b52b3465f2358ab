import { isRecord } from '@deployment-engine/terraform-code';
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument, type Tags } from 'yaml';
import { TemplateError } from '../template-error.ts';
import { shortForms } from './short-forms.ts';

/** Bytes that CloudFormation takes from a bucket; in a request it takes 51,200. */
const maxBytes = 1_000_000;
/** Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const maxResources = 500;
/** No template needs more; deeper ones only exhaust the stack. */
const maxDepth = 100;

export type TemplateResource = {
  type: string;
  properties: Record<string, unknown>;
  /** Name of the condition under which it exists. */
  condition: string | undefined;
  /** Line of its name, from 1. */
  line: number | undefined;
};

/** A CloudFormation template with intrinsic functions in their long form; nothing is evaluated. */
export type CloudFormationTemplate = {
  parameters: Map<string, Record<string, unknown>>;
  mappings: Record<string, unknown>;
  conditions: Record<string, unknown>;
  resources: Map<string, TemplateResource>;
  /** Names of outputs, with the condition under which each exists. */
  outputs: Map<string, string | undefined>;
  /** Macros that rewrite the whole template before it is deployed. */
  transforms: string[];
};

/** Reads JSON or YAML with short forms. Throws `TemplateError` with the line of the first problem. */
export function readTemplate(text: string): CloudFormationTemplate {
  if (Buffer.byteLength(text) > maxBytes)
    throw new TemplateError(`it has more than ${maxBytes} bytes; split it into several stacks`);
  const lines = new LineCounter();
  const document = parse(text, lines);
  const lineOf = (node: unknown) => placeOf(node, lines)?.line;
  const template: unknown = toJson(document);
  if (!isRecord(template)) throw new TemplateError('it is not a map; it must have Resources', { line: 1 });
  requireDepth(template);
  const section = (name: string) => readSection(template, name, () => lineOf(keyOf(document.contents, name)));
  const resources = Object.entries(section('Resources'));
  if (resources.length === 0)
    throw new TemplateError('it has no Resources; a template creates one at least', { line: 1 });
  if (resources.length > maxResources)
    throw new TemplateError(`it has ${resources.length} resources; CloudFormation takes ${maxResources}`);
  const nodes = isMap(document.contents) ? document.contents.get('Resources', true) : undefined;
  return {
    parameters: new Map(
      Object.entries(section('Parameters')).map(([name, value]) => [name, isRecord(value) ? value : {}]),
    ),
    mappings: section('Mappings'),
    conditions: section('Conditions'),
    resources: new Map(
      resources.map(([name, value]) => [name, readResource(name, value, lineOf(keyOf(nodes, name)))]),
    ),
    outputs: new Map(Object.entries(section('Outputs')).map(([name, value]) => [name, conditionOf(value)])),
    transforms: transformsOf(template.Transform),
  };
}

/** Aliases are refused, as CloudFormation refuses them: a few lines of them can mean gigabytes. */
function parse(text: string, lineCounter: LineCounter): Document {
  let document: Document;
  try {
    document = parseDocument(text, {
      lineCounter,
      schema: 'yaml-1.1', // `yes` is true
      merge: false,
      customTags: (tags) => [...tags.filter((tag) => !isForeign(tag)), ...shortForms],
    });
  } catch {
    throw new TemplateError(`its parts are nested deeper than ${maxDepth}`);
  }
  const [problem] = [...document.errors, ...document.warnings];
  if (!problem) return document;
  if (problem.message.includes('call stack'))
    throw new TemplateError(`its parts are nested deeper than ${maxDepth}`);
  const { line, col } = lineCounter.linePos(problem.pos[0]);
  throw new TemplateError(problem.message.split('\n')[0]?.replace(/ at line \d.*$/, '') ?? '', {
    line,
    column: col,
  });
}

/** CloudFormation has no timestamps (versions are texts), binary values, sets or ordered maps. */
function isForeign(tag: Tags[number]): boolean {
  return typeof tag === 'object' && /(timestamp|binary|set|omap|pairs)$/.test(tag.tag);
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

function readSection(
  template: Record<string, unknown>,
  name: string,
  line: () => number | undefined,
): Record<string, unknown> {
  const section = template[name] ?? {};
  if (!isRecord(section)) throw new TemplateError(`${name} is not a map`, { line: line() });
  return section;
}

function readResource(name: string, value: unknown, line: number | undefined): TemplateResource {
  const { Type: type, Properties: properties = {} } = isRecord(value) ? value : {};
  if (typeof type !== 'string')
    throw new TemplateError(`the resource ${name} has no Type, for example AWS::S3::Bucket`, { line });
  if (!isRecord(properties))
    throw new TemplateError(`the Properties of the resource ${name} are not a map`, { line });
  return { type, properties, condition: conditionOf(value), line };
}

function conditionOf(value: unknown): string | undefined {
  const condition = isRecord(value) ? value.Condition : undefined;
  return typeof condition === 'string' ? condition : undefined;
}

function transformsOf(value: unknown): string[] {
  const all = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return all.map((item) => (typeof item === 'string' ? item : String(isRecord(item) ? item.Name : item)));
}

function requireDepth(root: unknown): void {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) throw new TemplateError(`its parts are nested deeper than ${maxDepth}`);
    level = level.flatMap((value) =>
      Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [],
    );
  }
}

function keyOf(map: unknown, name: string): unknown {
  if (!isMap(map)) return undefined;
  return map.items.find(({ key }) => isScalar(key) && key.value === name)?.key;
}

function placeOf(node: unknown, lines: LineCounter): { line: number; col: number } | undefined {
  const start = (node as Node | undefined)?.range?.[0];
  return start === undefined ? undefined : lines.linePos(start);
}
