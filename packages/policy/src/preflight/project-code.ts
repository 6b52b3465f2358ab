import { posix } from 'node:path';
import type { PolicyFinding } from '@deployment-engine/contracts';
import {
  attribute,
  type Block,
  type Body,
  type Expression,
  literalString,
} from '@deployment-engine/terraform-code';
import type { PreflightRuleId } from './rules.ts';

/** One `.tf` or `.tf.json` file. */
export type CodeFile = { path: string; directory: string; body: Body };

/** All files of one directory: what Terraform calls a module. */
export type CodeModule = {
  /** `.` for the root. */
  directory: string;
  files: CodeFile[];
  locals: Map<string, Expression>;
  /** Local name → address such as `registry.terraform.io/hashicorp/aws`; `null` where it is not one plain string. */
  providers: Map<string, string | null>;
};

export type ProjectCode = {
  modules: Map<string, CodeModule>;
  /** Text of every uploaded file, for templates; `null` where it is not UTF-8. */
  readText: (path: string) => string | null | undefined;
};

/** Where a finding is. `invalid`: what Terraform is asked, because the code may be wrong rather than forbidden. */
export type Place = {
  file: string;
  line: number;
  column?: number;
  address?: string;
  subject?: string;
  invalid?: PolicyFinding['invalid'];
};

/** One finding of a check, at its place. */
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

/** The full address of a provider: Terraform fills in the public registry and `hashicorp`. */
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

/** The folder that the `source` of a module block means, or `undefined` where it is no plain string. */
export function calledFolder(call: Block, from: CodeModule): string | undefined {
  const source = literalString(attribute(call.body, 'source')?.value);
  return source === undefined ? undefined : posix.join(from.directory, source).replace(/\/$/, '') || '.';
}

/** Resource-like blocks of a file, those inside `check` blocks included. */
export function resourceBlocks(file: CodeFile): { block: Block; address: string }[] {
  const inChecks = file.body.blocks.filter(({ type }) => type === 'check').flatMap(({ body }) => body.blocks);
  return [...file.body.blocks, ...inChecks]
    .filter(({ type }) => type === 'resource' || type === 'data' || type === 'ephemeral')
    .map((block) => ({ block, address: addressOf(block) }));
}

export function addressOf(block: Block): string {
  const name = block.labels.join('.');
  return block.type === 'resource' ? name : `${block.type}${name && '.'}${name}`;
}

/** The expressions over which `each.key` and `each.value` of a block run. */
export function forEachOf(block: Block): Expression | undefined {
  return attribute(block.body, 'for_each')?.value;
}
