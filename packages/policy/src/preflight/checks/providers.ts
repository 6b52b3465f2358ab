import {
  type Attribute,
  type Block,
  type Expression,
  providerOfImport,
  providerOfResource,
} from '@deployment-engine/terraform-code';
import type { PolicySettings } from '../../plan/settings.ts';
import {
  type CodeFile,
  type CodeModule,
  type Place,
  type ProjectCode,
  providerAddress,
  type Report,
  resourceBlocks,
} from '../project-code.ts';
import { isAllowedRole } from './assume-role.ts';
import { acceptedProviders, harmlessArguments, metaArguments } from './provider-arguments.ts';

/** Checks which providers the code uses and how it configures them. */
export function checkProviders(code: ProjectCode, report: Report, settings: PolicySettings): void {
  for (const module of code.modules.values())
    for (const file of module.files) {
      checkRequired(file, module, report);
      for (const block of file.body.blocks.filter(({ type }) => type === 'provider')) {
        const name = block.labels[0] ?? '';
        checkUse(
          name,
          { file: file.path, line: block.line, column: block.column, address: `provider.${name}` },
          module,
          report,
        );
        checkArguments(name, block, { file, module, report, settings });
      }
      for (const { block, address } of resourceBlocks(file))
        checkUse(
          providerOfResource(block),
          { file: file.path, line: block.line, column: block.column, address },
          module,
          report,
        );
      for (const block of file.body.blocks.filter(({ type }) => type === 'import')) {
        const name = providerOfImport(block);
        if (name)
          checkUse(
            name,
            { file: file.path, line: block.line, column: block.column, address: 'import' },
            module,
            report,
          );
      }
    }
}

function checkRequired(file: CodeFile, module: CodeModule, report: Report): void {
  for (const terraform of file.body.blocks.filter(({ type }) => type === 'terraform'))
    for (const required of terraform.body.blocks.filter(({ type }) => type === 'required_providers')) {
      for (const { name, line, column } of required.body.attributes)
        checkUse(name, { file: file.path, line, column, address: `provider.${name}` }, module, report);
      if (!required.body.blocksRepeatAttributes)
        for (const { line, column } of required.body.blocks)
          report('PRE-BLOCK', { file: file.path, line, column }, 'required_providers holds a block');
    }
}

function checkUse(name: string, place: Place, module: CodeModule, report: Report): void {
  const address = sourceOf(name, module);
  if (address === null)
    report(
      'PRE-PROVIDER',
      { ...place, subject: name },
      `the source of provider ${name} is not a plain string`,
    );
  else if (!acceptedProviders.has(address))
    report('PRE-PROVIDER', { ...place, subject: address }, `provider ${address} is not on the allow-list`);
}

function sourceOf(name: string, module: CodeModule): string | null {
  const required = module.providers.get(name);
  return required === undefined ? providerAddress(name) : required;
}

function checkArguments(
  name: string,
  block: Block,
  {
    file,
    module,
    report,
    settings,
  }: { file: CodeFile; module: CodeModule; report: Report; settings: PolicySettings },
): void {
  const address = sourceOf(name, module) ?? '';
  const type = address.split('/').at(-1) || name;
  const known = Object.hasOwn(harmlessArguments, address) ? (harmlessArguments[address] ?? []) : [];
  const accepted = new Set([...metaArguments, ...known]);
  const deny = ({ line, column }: Attribute | Block, subject: string) =>
    report(
      'PRE-PROVIDER-ARGUMENT',
      { file: file.path, line, column, address: `provider.${name}`, subject },
      `${subject.split('=')[0]} may read files, run programs or send credentials elsewhere`,
    );
  const nested = block.body.blocks.map(undoDynamic);
  const nestedTypes = new Set(nested.map(({ type }) => type));
  for (const argument of block.body.attributes)
    if (!accepted.has(argument.name) && !nestedTypes.has(argument.name))
      deny(argument, `${type}.${argument.name}=${valueText(argument)}`);
  for (const child of nested) {
    if (accepted.has(child.type)) continue;
    if (
      address === 'registry.terraform.io/hashicorp/aws' &&
      isAllowedRole(child, module, settings.assumeRoles ?? [])
    )
      continue;
    const { attributes, blocks } = child.body;
    if (attributes.length + blocks.length === 0) deny(child, `${type}.${child.type}`);
    for (const argument of attributes)
      deny(argument, `${type}.${child.type}.${argument.name}=${valueText(argument)}`);
    if (!child.body.blocksRepeatAttributes)
      for (const inner of blocks) deny(inner, `${type}.${child.type}.${inner.type}`);
  }
}

/** Converts `dynamic "endpoints" { content {…} }` to the block that it generates. */
function undoDynamic(block: Block): Block {
  if (block.type !== 'dynamic') return block;
  const content = block.body.blocks.find(({ type }) => type === 'content');
  return { ...block, type: block.labels[0] ?? '', body: content?.body ?? block.body };
}

/** Names of credential arguments in every known provider. */
const credentialName = /key|secret|token|password|credential|certificate|private|_json$/;

/**
 * Returns the literal value, so that an exemption can name it; computed values become `(computed)`, and
 * credentials are hidden. Escapes `=` and `*`: `x=http://evil/?=http://allowed` must not look like an
 * argument with the allowed value, and a value from hostile code must not act as a pattern.
 */
function valueText({ name, value }: { name: string; value: Expression }): string {
  return credentialName.test(name)
    ? '(hidden)'
    : plainText(value).replaceAll('=', '%3D').replaceAll('*', '%2A');
}

function plainText(value: Expression): string {
  if (value.kind === 'literal') return String(value.value);
  if (value.kind === 'list' && value.items.every((item) => item.kind === 'literal'))
    return value.items.map(plainText).join(',');
  return '(computed)';
}
