import { lockFileName } from '@deployment-engine/contracts';
import {
  attribute,
  type Body,
  CodeSyntaxError,
  type Expression,
  literalString,
  parseHcl,
  parseJsonBody,
  providerOfImport,
  providerOfResource,
  resourceBlocksOf,
} from '@deployment-engine/terraform-code';
import { sha256 } from '../files/sha256.ts';

/**
 * Returns a key of everything in the code that decides the versions of providers. Code that the reader refuses
 * counts as it is written, so that only the very same code finds the same versions again.
 */
export function requirementsKey(files: Map<string, Uint8Array>): string {
  const parts = new Set<string>();
  for (const [path, content] of files) {
    const isCode = path.endsWith('.tf') || path.endsWith('.tf.json');
    if (!isCode && path !== lockFileName) continue;
    const text = Buffer.from(content).toString('utf8');
    const body = isCode ? readCode(path, text) : undefined;
    for (const part of body ? requirementsOf(body) : [text]) parts.add(part);
  }
  return sha256([...parts].sort().join('\n'));
}

function readCode(path: string, text: string): Body | undefined {
  try {
    return path.endsWith('.json') ? parseJsonBody(text).body : parseHcl(text);
  } catch (error) {
    if (error instanceof CodeSyntaxError) return undefined;
    throw error;
  }
}

function* requirementsOf(body: Body): Generator<string> {
  for (const block of resourceBlocksOf(body)) yield `uses ${providerOfResource(block)}`;
  for (const block of body.blocks) {
    if (block.type === 'provider')
      yield `configures ${block.labels[0] ?? ''} ${constantOf(block.body, 'version') ?? ''}`;
    if (block.type === 'import') yield `uses ${providerOfImport(block) ?? ''}`;
    if (block.type === 'module')
      yield `calls ${constantOf(block.body, 'source') ?? ''} ${constantOf(block.body, 'version') ?? ''}`;
    if (block.type === 'terraform')
      for (const required of block.body.blocks)
        if (required.type === 'required_providers')
          for (const { name, value } of required.body.attributes)
            yield `requires ${name} ${constants(value)}`;
  }
}

function constantOf(body: Body, name: string): string | undefined {
  return literalString(attribute(body, name)?.value);
}

/** Returns the source and version of a required provider; a plain string is its version. */
function constants(requirement: Expression): string {
  if (requirement.kind !== 'object') return literalString(requirement) ?? '';
  return requirement.entries
    .map(({ key, value }) => `${literalString(key)}=${literalString(value)}`)
    .sort()
    .join(' ');
}
