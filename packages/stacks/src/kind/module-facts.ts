import {
  attribute,
  type Block,
  CodeSyntaxError,
  childrenOf,
  type Expression,
  parseHcl,
  walkBody,
} from '@deployment-engine/terraform-code';
import { compareTexts } from '../errors.ts';
import { KindError } from '../schema/schema.ts';

/** What the code of a kind says; all names sorted. */
export type ModuleFacts = {
  outputs: string[];
  sensitiveOutputs: string[];
  referencedOutputs: string[];
  foundationOutputs: string[];
};

/** Outputs of the foundation that `var.context` passes on, by the part that has them. */
export const surroundings = {
  network: ['vpcId', 'privateSubnetIds', 'publicSubnetIds', 'internalCidrs'],
  platform: ['clusterArn', 'clusterName', 'namespaceId', 'namespaceName'],
} as const;

/** Reads the Terraform files of a kind's own folder. Throws `KindError` for one that does not parse. */
export function moduleFacts(kind: string, files: ReadonlyMap<string, string>): ModuleFacts {
  const blocks = [...files].flatMap(([path, text]) => blocksOf(kind, path, text));
  const outputs = blocks.filter(({ type, labels }) => type === 'output' && labels[0] !== undefined);
  const referenced = new Set<string>();
  const ofFoundation = new Set<string>();
  for (const { body } of blocks)
    walkBody(body, (expression) => {
      const output = referencedOutput(expression);
      if (output !== undefined) referenced.add(output);
      for (const name of foundationOutputs(expression)) ofFoundation.add(name);
    });
  return {
    outputs: outputs.map(nameOf).sort(compareTexts),
    sensitiveOutputs: outputs.filter(isSensitive).map(nameOf).sort(compareTexts),
    referencedOutputs: [...referenced].sort(compareTexts),
    foundationOutputs: [...ofFoundation].sort(compareTexts),
  };
}

function blocksOf(kind: string, path: string, text: string): Block[] {
  if (path.includes('/') || !path.endsWith('.tf')) return [];
  try {
    return parseHcl(text).blocks;
  } catch (error) {
    if (!(error instanceof CodeSyntaxError)) throw error;
    throw new KindError(`${kind}/${path}`, `line ${error.line}: ${error.message}`);
  }
}

const nameOf = ({ labels }: Block): string => labels[0] ?? '';

/** Anything but a literal `false` may be sensitive. */
function isSensitive({ body }: Block): boolean {
  const value = attribute(body, 'sensitive')?.value;
  return value !== undefined && !(value.kind === 'literal' && value.value === false);
}

/** Returns `arn` for `var.inputs["${….component}.arn"]`, and for the same name in `lookup(var.inputs, …)`. */
function referencedOutput(expression: Expression): string | undefined {
  const isLookup = expression.kind === 'call' && expression.name === 'lookup';
  if (!isLookup && !isInputs(expression)) return undefined;
  const [first, second] = childrenOf(expression);
  const key = isLookup ? (first && isInputs(first) ? second : undefined) : first;
  const [component, name, ...rest] = key?.kind === 'template' ? key.parts : [];
  if (component?.kind === 'literal' || name?.kind !== 'literal' || rest.length > 0) return undefined;
  return /^\.([A-Za-z_][\w-]*)$/.exec(String(name.value))?.[1];
}

function isInputs(expression: Expression): boolean {
  return expression.kind === 'reference' && expression.path.join('.') === 'var.inputs';
}

/** A reference to the whole context, or to the whole of a part, needs all that is in it. */
function foundationOutputs(expression: Expression): string[] {
  if (expression.kind !== 'reference') return [];
  const [root, variable, part, name] = expression.path;
  if (root !== 'var' || variable !== 'context') return [];
  if (part === undefined) return Object.values(surroundings).flat();
  if (part !== 'network' && part !== 'platform') return [];
  return name === undefined ? [...surroundings[part]] : [name];
}
