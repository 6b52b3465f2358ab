import { isRecord } from '@deployment-engine/terraform-code';
import { isMap, isScalar, LineCounter, type Node } from 'yaml';
import { TemplateError } from '../template-error.ts';
import { macrosIn, transformsOf } from './macros.ts';
import { maxDepth, parseYaml } from './parse-yaml.ts';

/** Bytes that CloudFormation takes from a bucket; in a request it takes 51,200. */
const maxBytes = 1_000_000;
/** Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const limits = { Resources: 500, Parameters: 200 };

export type TemplateResource = {
  type: string;
  properties: Record<string, unknown>;
  /** Name of the condition under which it exists. */
  condition: string | undefined;
  /** Whether a macro rewrites its properties. */
  usesMacro: boolean;
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
  /** Macros that rewrite the template, or a part of it beside the properties of resources, before it is deployed. */
  transforms: string[];
  /** Whether it has numbers that are written in another way than a program writes them, such as `1.0`. */
  hasOddNumbers: boolean;
};

/** Reads JSON or YAML with short forms. Throws `TemplateError` with the line of the first problem. */
export function readTemplate(text: string): CloudFormationTemplate {
  if (Buffer.byteLength(text) > maxBytes)
    throw new TemplateError(`it has more than ${maxBytes} bytes; split it into several stacks`);
  const lines = new LineCounter();
  const { document, value: template, hasOddNumbers } = parseYaml(text, lines);
  const lineOf = (node: unknown) => placeOf(node, lines)?.line;
  if (!isRecord(template)) throw new TemplateError('it is not a map; it must have Resources', { line: 1 });
  requireDepth(template);
  const section = (name: string) => readSection(template, name, () => lineOf(keyOf(document.contents, name)));
  const resources = Object.entries(section('Resources'));
  if (resources.length === 0)
    throw new TemplateError('it has no Resources; a template creates one at least', { line: 1 });
  const parameters = Object.entries(section('Parameters'));
  requireCounts(resources.length, parameters.length);
  const nodes = isMap(document.contents) ? document.contents.get('Resources', true) : undefined;
  return {
    parameters: new Map(parameters.map(([name, value]) => [name, isRecord(value) ? value : {}])),
    mappings: section('Mappings'),
    conditions: section('Conditions'),
    resources: new Map(
      resources.map(([name, value]) => [name, readResource(name, value, lineOf(keyOf(nodes, name)))]),
    ),
    outputs: new Map(Object.entries(section('Outputs')).map(([name, value]) => [name, conditionOf(value)])),
    transforms: transformsOf(template),
    hasOddNumbers,
  };
}

function requireCounts(resources: number, parameters: number): void {
  if (resources > limits.Resources)
    throw new TemplateError(`it has ${resources} resources; CloudFormation takes ${limits.Resources}`);
  if (parameters > limits.Parameters)
    throw new TemplateError(`it has ${parameters} parameters; CloudFormation takes ${limits.Parameters}`);
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
  const usesMacro = macrosIn(properties).length > 0;
  return { type, properties, condition: conditionOf(value), usesMacro, line };
}

function conditionOf(value: unknown): string | undefined {
  const condition = isRecord(value) ? value.Condition : undefined;
  return typeof condition === 'string' ? condition : undefined;
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
