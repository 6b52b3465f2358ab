import { attribute, type Expression, literalString, parseHcl } from '@deployment-engine/terraform-code';
import { compareTexts } from '../errors.ts';
import type { Kind } from '../kind/kind.ts';
import { surroundings } from '../kind/module-facts.ts';
import { hclText } from './hcl-text.ts';
import { type ComponentPlan, foundationId, type InputReference } from './stack-plan.ts';

export type ComponentFilesRequest = {
  stack: string;
  environment: string;
  component: ComponentPlan;
  kind: Kind;
  /** `spec.provider` of the stack. */
  provider: { region?: string; accountId?: string };
};

/** Writes `main.tf`: one call of the kind's module, with its inputs from three variables. */
export function rootModule(request: ComponentFilesRequest): string {
  const { component, kind } = request;
  return `${terraformBlock(kind)}
${usesAws(kind) ? awsProvider(request) : ''}
variable "inputs" {
  description = "Outputs of other components by \\"service/component.output\\"."
  type        = any
  default     = {}
}

variable "secret_inputs" {
  description = "Inputs whose values are secret."
  type        = any
  default     = {}
  sensitive   = true
}

variable "pending" {
  description = "Names of inputs that are known only after other components are applied."
  type        = set(string)
  default     = []
}

resource "terraform_data" "pending" {
  for_each = var.pending
  input    = each.key
}

locals {
  context = jsondecode(file("\${path.module}/context.json"))
  inputs = merge(
    var.inputs,
    { for name, value in nonsensitive(var.secret_inputs) : name => sensitive(value) },
    { for name, pending in terraform_data.pending : name => jsondecode(pending.output) }, # unknown, also its type
  )
}

module "component" {
  source  = ${hclText(`./kinds/${kind.name}`)}
  spec    = jsondecode(file("\${path.module}/spec.json"))
  configs = jsondecode(file("\${path.module}/configs.json"))
  inputs  = local.inputs
  context = merge(local.context, {
    network = {
${part(surroundings.network, component.inputs)}
    }
    platform = {
${part(surroundings.platform, component.inputs)}
    }
  })
}
`;
}

function awsProvider({ component, provider }: ComponentFilesRequest): string {
  const accounts =
    provider.accountId === undefined ? '' : `\n  allowed_account_ids = [${hclText(provider.accountId)}]`;
  return `
provider "aws" {
  region = ${hclText(regionOf(component, provider))}${accounts}
  default_tags {
    tags = local.context.tags
  }
}
`;
}

/** An own kind may need no cloud; then no provider has to start. */
function usesAws({ files }: Kind): boolean {
  return [...files].some(([path, text]) => path.endsWith('.tf') && /"aws_|hashicorp\/aws/.test(text));
}

/** A resolved component always has a region, unless nothing in the stack names one. */
export function regionOf({ region }: ComponentPlan, provider: { region?: string }): string {
  return region === '' ? (provider.region ?? '') : region;
}

/** Writes `outputs.tf`: what the module has, under the same names. */
export function outputsCode({ outputs, sensitiveOutputs }: Kind): string {
  return outputs
    .map((name) => {
      const sensitive = sensitiveOutputs.includes(name) ? '\n  sensitive = true' : '';
      return `output ${hclText(name)} {\n  value = module.component[${hclText(name)}]${sensitive}\n}\n`;
    })
    .join('\n');
}

/** What the component does not read is empty. */
function part(names: readonly string[], inputs: InputReference[]): string {
  const width = Math.max(...names.map((name) => name.length));
  return names
    .map((name) => {
      const input = inputs.find(({ component, output }) => component === foundationId && output === name);
      const empty = /(Ids|Cidrs)$/.test(name) ? '[]' : '""';
      return `      ${name.padEnd(width)} = ${input ? inputCode(input) : empty}`;
    })
    .join('\n');
}

/** A pending list has a known number of unknown items, so that a kind can create one resource for each. */
function inputCode({ name, length }: InputReference): string {
  const value = `local.inputs[${hclText(name)}]`;
  if (length === undefined) return value;
  return `[for index in range(contains(var.pending, ${hclText(name)}) ? ${length} : length(${value})) : ${value}[index]]`;
}

type Provider = { name: string; source?: string | undefined; version?: string | undefined };

function terraformBlock(kind: Kind): string {
  const { versions, providers } = requirements(kind);
  const lines = providers.map(({ name, source, version }) => {
    const fields = [
      ...(source === undefined ? [] : [`source = ${hclText(source)}`]),
      ...(version === undefined ? [] : [`version = ${hclText(version)}`]),
    ];
    return `    ${name} = { ${fields.join(', ')} }`;
  });
  const required = versions.map((version) => `  required_version = ${hclText(version)}\n`).join('');
  return `terraform {\n${required}  required_providers {\n${lines.join('\n')}\n  }\n}`;
}

/** Reads the `terraform` blocks of a kind. */
function requirements(kind: Kind): { versions: string[]; providers: Provider[] } {
  const providers = new Map<string, Provider>(
    usesAws(kind) ? [['aws', { name: 'aws', source: 'hashicorp/aws' }]] : [],
  );
  const versions: string[] = [];
  const own = [...kind.files].filter(([path]) => !path.includes('/') && path.endsWith('.tf'));
  for (const block of own.flatMap(([, text]) => parseHcl(text).blocks)) {
    if (block.type !== 'terraform') continue;
    const version = literalString(attribute(block.body, 'required_version')?.value);
    if (version !== undefined) versions.push(version);
    for (const { type, body } of block.body.blocks)
      if (type === 'required_providers')
        for (const { name, value } of body.attributes) providers.set(name, providerOf(name, value));
  }
  const sorted = [...providers.values()].sort((left, right) => compareTexts(left.name, right.name));
  return { versions: versions.slice(0, 1), providers: sorted };
}

function providerOf(name: string, value: Expression): Provider {
  if (value.kind !== 'object') return { name, version: literalString(value) };
  const field = (wanted: string) => {
    const entry = value.entries.find(({ key }) => nameOfKey(key) === wanted);
    return literalString(entry?.value);
  };
  return { name, source: field('source'), version: field('version') };
}

/** A key of an object is a bare name or a string. */
function nameOfKey(key: Expression): string | undefined {
  return key.kind === 'reference' && key.path.length === 1 ? key.path[0] : literalString(key);
}
