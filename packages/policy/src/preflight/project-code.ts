import { posix } from 'node:path';
import type { PolicyFinding } from '@deployment-engine/contracts';
import {
  attribute,
  type Block,
  type Body,
  type Expression,
  literalString,
  resourceBlocksOf,
} from '@deployment-engine/terraform-code';
import type { PreflightRuleId } from './rules.ts';

/** One `.tf` or `.tf.json` file. */
export type CodeFile = { path: string; directory: string; body: Body };

/** All files of one directory: a module in Terraform's terms. */
export type CodeModule = {
  /** `.` for the root. */
  directory: string;
  files: CodeFile[];
  locals: Map<string, Expression>;
  /**
   * Local name → address such as `registry.terraform.io/hashicorp/aws`; `null` unless it is a plain string.
   */
  providers: Map<string, string | null>;
};

export type ProjectCode = {
  modules: Map<string, CodeModule>;
  /** Whether there are `.tfvars` files, whose values replace defaults of input variables. */
  hasValueFiles: boolean;
  /** Returns the text of an uploaded file, for templates; `null` if it is not UTF-8. */
  readText: (path: string) => string | null | undefined;
};

/**
 * Place of a finding. `invalid`: the question for Terraform, because the code may be wrong, not forbidden.
 */
export type Place = {
  file: string;
  line: number;
  column?: number;
  address?: string;
  subject?: string;
  invalid?: PolicyFinding['invalid'];
};

/** Reports one finding of a check at its place. */
export type Report = (id: PreflightRuleId, place: Place, message: string) => void;

export function groupModules(files: CodeFile[]): Map<string, CodeModule> {
  const modules = new Map<string, CodeModule>();
  for (const file of files) {
    const existing = modules.get(file.directory);
    const code: CodeModule = existing ?? newModule(file.directory);
    modules.set(file.directory, code);
    code.files.push(file);
    for (const block of file.body.blocks) {
      if (block.type === 'locals')
        for (const local of block.body.attributes) code.locals.set(local.name, local.value);
      if (block.type === 'terraform')
        for (const required of block.body.blocks)
          if (required.type === 'required_providers') addProviders(code, required);
    }
  }
  return modules;
}

function newModule(directory: string): CodeModule {
  return { directory, files: [], locals: new Map(), providers: new Map() };
}

function addProviders(code: CodeModule, required: Block): void {
  for (const { name, value } of required.body.attributes) {
    const source = providerSource(name, value);
    const isContradicted = code.providers.has(name) && code.providers.get(name) !== source;
    code.providers.set(name, isContradicted ? null : source);
  }
}

function providerSource(name: string, value: Expression): string | null {
  if (value.kind !== 'object') return literalString(value) === undefined ? null : providerAddress(name);
  const keys = value.entries.map((entry) => literalString(entry.key));
  if (keys.includes(undefined)) return null;
  const at = keys.indexOf('source');
  if (at < 0) return providerAddress(name);
  const source = literalString(value.entries[at]?.value);
  return source === undefined || keys.indexOf('source', at + 1) >= 0 ? null : providerAddress(source);
}

/** Completes a provider's address: Terraform defaults to the public registry and `hashicorp`. */
export function providerAddress(source: string): string {
  const parts = source.toLowerCase().split('/');
  if (parts.length === 1)
    return parts[0] === 'terraform'
      ? 'terraform.io/builtin/terraform'
      : `registry.terraform.io/hashicorp/${parts[0]}`;
  return parts.length === 2 ? `registry.terraform.io/${parts.join('/')}` : parts.join('/');
}

export function directoryOf(path: string): string {
  return posix.dirname(path);
}

/** Returns the folder in a module block's `source`, or `undefined` if it is not a plain string. */
export function calledFolder(call: Block, from: CodeModule): string | undefined {
  const source = literalString(attribute(call.body, 'source')?.value);
  return source === undefined ? undefined : posix.join(from.directory, source).replace(/\/$/, '') || '.';
}

/** Returns resource-like blocks of a file, including those inside `check` blocks. */
export function resourceBlocks(file: CodeFile): { block: Block; address: string }[] {
  return resourceBlocksOf(file.body).map((block) => ({ block, address: addressOf(block) }));
}

export function addressOf(block: Block): string {
  const name = block.labels.join('.');
  return block.type === 'resource' ? name : `${block.type}${name && '.'}${name}`;
}

/** Returns the expressions that a block's `each.key` and `each.value` iterate over. */
export function forEachOf(block: Block): Expression | undefined {
  return attribute(block.body, 'for_each')?.value;
}
