import { attribute, type Block, type Body, literalString } from '@deployment-engine/terraform-code';
import { addressOf, type CodeFile, type ProjectCode, type Report, resourceBlocks } from '../project-code.ts';

/** Type of a top-level block → number of labels. */
const topBlocks: Record<string, number> = {
  terraform: 0,
  locals: 0,
  moved: 0,
  import: 0,
  removed: 0,
  provider: 1,
  variable: 1,
  output: 1,
  module: 1,
  check: 1,
  resource: 2,
  data: 2,
  ephemeral: 2,
};

const terraformSettings = new Set(['required_version', 'required_providers', 'provider_meta']);

/** Ephemeral resources that generate a value: they read no secret. */
const generated: ReadonlySet<string> = new Set(['random_password']);

const flagged = {
  import: ['PRE-IMPORT', 'import takes an existing object under management, whoever owns it'],
  removed: ['PRE-REMOVED', 'removed forgets or destroys an object'],
  moved: ['PRE-MOVED', 'moved gives the state of one object to another'],
} as const;

/** Checks the code's structure: block types, the content of `terraform`, and what runs beside a resource. */
export function checkBlocks(code: ProjectCode, report: Report): void {
  for (const module of code.modules.values())
    for (const file of module.files) {
      for (const { name, line, column } of file.body.attributes)
        report(
          'PRE-BLOCK',
          { file: file.path, line, column, invalid: 'syntax' },
          `${shorten(name)} is no block of Terraform's language`,
        );
      for (const block of file.body.blocks) {
        checkTopBlock(block, file, report);
        checkIterators(block.body, file, report);
      }
      for (const { block } of resourceBlocks(file)) checkProvisioners(block, file, report);
    }
}

function checkTopBlock(block: Block, file: CodeFile, report: Report): void {
  const { type, line, column } = block;
  const labels = Object.hasOwn(topBlocks, type) ? topBlocks[type] : undefined;
  const at = { file: file.path, line, column };
  if (labels === undefined || labels !== block.labels.length)
    report(
      'PRE-BLOCK',
      { ...at, invalid: 'syntax' },
      `${shorten(type)} with ${block.labels.length} labels is no block of Terraform's`,
    );
  if (type === 'terraform') checkTerraformBlock(block, file, report);
  if (type === 'removed') checkProvisioners(block, file, report);
  if (type === 'ephemeral' && !generated.has(block.labels[0] ?? ''))
    report(
      'PRE-EPHEMERAL',
      { ...at, address: addressOf(block), subject: block.labels[0] ?? '' },
      'ephemeral blocks read secrets while Terraform plans',
    );
  if (type === 'import' || type === 'removed' || type === 'moved')
    report(flagged[type][0], at, flagged[type][1]);
}

/** Accepts only settings that Terraform compares or passes on as a name; the engine writes the backend. */
function checkTerraformBlock(block: Block, file: CodeFile, report: Report): void {
  const items = [
    ...block.body.attributes.map(({ name, line, column }) => ({ type: name, line, column })),
    ...block.body.blocks,
  ];
  for (const { type, line, column } of items) {
    const at = { file: file.path, line, column, subject: type };
    if (type === 'backend' || type === 'cloud')
      report('PRE-BACKEND', at, `a ${type} block sends the state elsewhere and may run programs`);
    else if (!terraformSettings.has(type))
      report('PRE-BLOCK', { ...at, invalid: 'syntax' }, `terraform.${shorten(type)} is not accepted`);
  }
}

function checkProvisioners(block: Block, file: CodeFile, report: Report): void {
  const names = [
    ...block.body.attributes.map(({ name, line, column }) => ({ name, line, column })),
    ...block.body.blocks.map(({ type, labels, line, column }) => ({
      name: type === 'dynamic' ? (labels[0] ?? '') : type,
      line,
      column,
    })),
  ];
  for (const { name, line, column } of names)
    if (name === 'provisioner' || name === 'connection')
      report(
        'PRE-PROVISIONER',
        { file: file.path, line, column, address: addressOf(block), subject: name },
        `${name} runs programs or opens connections from the machine of the engine`,
      );
}

/** An iterator named `each` or `local` would change the meaning of `each.value` in its resource. */
function checkIterators(body: Body, file: CodeFile, report: Report): void {
  for (const block of body.blocks) {
    const name = block.type === 'dynamic' ? iteratorOf(block) : undefined;
    // JSON writes the name as code in a string, where spaces and comments have no effect.
    if (block.type === 'dynamic' && (!name || !/^[\w-]+$/.test(name) || name === 'each' || name === 'local'))
      report(
        'PRE-BLOCK',
        { file: file.path, line: block.line, column: block.column },
        `${shorten(name ?? '')} is no name for the iterator of a dynamic block`,
      );
    checkIterators(block.body, file, report);
  }
}

function iteratorOf(block: Block): string | undefined {
  const named = attribute(block.body, 'iterator')?.value;
  return named?.kind === 'reference' ? named.path[0] : named ? literalString(named) : block.labels[0];
}

function shorten(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}
