import { attribute, type Block, type Body, literalString } from './syntax-tree.ts';

/** Returns resource-like blocks, including those inside `check` blocks. */
export function resourceBlocksOf(body: Body): Block[] {
  const inChecks = body.blocks.filter(({ type }) => type === 'check').flatMap((check) => check.body.blocks);
  return [...body.blocks, ...inChecks].filter(
    ({ type }) => type === 'resource' || type === 'data' || type === 'ephemeral',
  );
}

/** Returns the provider's local name for a resource: `provider = aws.west`, else the start of its type. */
export function providerOfResource(block: Block): string {
  return firstName(block, 'provider') ?? providerOfType(block.labels[0] ?? '');
}

/** Terraform installs it even if the resource does not exist; inside a module it is that module's. */
export function providerOfImport(block: Block): string | undefined {
  const target = firstName(block, 'to');
  const isInModule = target === undefined || target === 'module';
  return firstName(block, 'provider') ?? (isInModule ? undefined : providerOfType(target));
}

function providerOfType(type: string): string {
  return type.split('_')[0] ?? '';
}

/** Returns the first name of a reference such as `aws.west`, which is a string in JSON. */
function firstName(block: Block, name: string): string | undefined {
  const value = attribute(block.body, name)?.value;
  return value?.kind === 'reference' ? value.path[0] : literalString(value)?.split(/[.[]/)[0];
}
