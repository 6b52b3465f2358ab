import type { PlannedChange, TerraformPlan } from '@deployment-engine/terraform-code';
import { isRecord } from '@deployment-engine/terraform-code';
import { Unknown, unknownsIn } from '../unknown.ts';
import { Evaluation } from './evaluate.ts';
import { checkParameters } from './parameters.ts';
import type { CloudFormationTemplate, TemplateResource } from './read-template.ts';
import { type Converted, UnknownPart } from './types/conversion.ts';
import { conversions } from './types/index.ts';

/** What a template creates, as a plan of Terraform would show it. */
export type InnerPlan = {
  plan: TerraformPlan;
  /** Logical id of each planned resource by its address in `plan`. */
  logicalIds: Map<string, string>;
  /** What cannot be judged before it exists: why, by logical id; `null` for the template as a whole. */
  opaque: { logicalId: string | null; reason: string }[];
};

/**
 * Lists what a template creates, as far as it is known before it is deployed. `given` are the values of its parameters, with
 * `Unknown` for what nobody knows yet; `undefined` if that is so for all. Throws `TemplateError` if the template names what it
 * does not have.
 */
export function innerPlan(
  template: CloudFormationTemplate,
  given: Readonly<Record<string, unknown>> | undefined,
): InnerPlan {
  const evaluation = new Evaluation(template, knownParameters(template, given));
  const found: InnerPlan = { plan: {}, logicalIds: new Map(), opaque: opaqueParts(template) };
  const made = [...template.resources].flatMap(([logicalId, resource]) => {
    if (resource.condition !== undefined && evaluation.condition(resource.condition) === false) return [];
    if (isOpaqueType(resource.type)) return [];
    const converted = convert(resource, evaluation, logicalId);
    if (Array.isArray(converted)) return converted.map((one) => named(found, logicalId, one));
    found.opaque.push({ logicalId, reason: converted });
    return [];
  });
  // A logical id means its first resource.
  const addresses = new Map(made.toReversed().map(({ logicalId, address }) => [logicalId, address]));
  const resources = made.map(({ address, attributes }) => ({
    address,
    expressions: expressionsOf(attributes, addresses),
  }));
  found.plan = { resource_changes: made.map(plannedChange), configuration: { root_module: { resources } } };
  return found;
}

type Named = Converted & { logicalId: string; name: string; address: string };

/** A second resource of one type for the same logical id gets a number. */
function named({ logicalIds }: InnerPlan, logicalId: string, converted: Converted): Named {
  const { type } = converted;
  let name = logicalId;
  for (let count = 2; logicalIds.has(`${type}.${name}`); count += 1) name = `${logicalId}${count}`;
  const address = `${type}.${name}`;
  logicalIds.set(address, logicalId);
  return { ...converted, logicalId, name, address };
}

/**
 * Returns the values of parameters that are known. Secret ones are not, nor those that name what is stored elsewhere; a value
 * that nobody knows yet takes the place of a default.
 */
function knownParameters(
  template: CloudFormationTemplate,
  given: Readonly<Record<string, unknown>> | undefined,
): Map<string, unknown> {
  if (!given) return new Map();
  const { values, secret } = checkParameters(template, given);
  for (const [name, { Type: type }] of template.parameters)
    if (given[name] instanceof Unknown || secret.includes(name) || String(type).startsWith('AWS::SSM::'))
      values.delete(name);
  return values;
}

/** Returns what Terraform would have for the resource, or why nobody knows. */
function convert(
  { type, properties: written }: TemplateResource,
  evaluation: Evaluation,
  logicalId: string,
): Converted[] | string {
  const conversion = conversions.get(type);
  if (!conversion) return `the type ${type} is not known`;
  const unknown = 'its properties are known only when it is deployed';
  const properties = evaluation.value(written);
  if (!isRecord(properties) || properties instanceof Unknown) return unknown;
  try {
    return conversion(properties, new Unknown([logicalId], true));
  } catch (error) {
    if (error instanceof UnknownPart) return unknown;
    throw error;
  }
}

function isOpaqueType(type: string): boolean {
  return type === 'AWS::CloudFormation::Stack' || type === 'AWS::CloudFormation::Macro' || isCustom(type);
}

function isCustom(type: string): boolean {
  return (
    type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource' || type.endsWith('::MODULE')
  );
}

function opaqueParts({ resources, transforms }: CloudFormationTemplate): InnerPlan['opaque'] {
  const found: InnerPlan['opaque'] = [];
  if (transforms.length > 0)
    found.push({ logicalId: null, reason: `the macro ${transforms.join(', ')} rewrites the template` });
  for (const [logicalId, { type, properties }] of resources) {
    if (isOpaqueType(type)) found.push({ logicalId, reason: reasonOf(type) });
    else if (JSON.stringify(properties).includes('"Fn::Transform"'))
      found.push({ logicalId, reason: 'a macro rewrites it' });
  }
  return found;
}

function reasonOf(type: string): string {
  if (isCustom(type)) return `${type} runs code of its own`;
  return type === 'AWS::CloudFormation::Stack'
    ? 'its template lies elsewhere'
    : 'it rewrites other templates';
}

function plannedChange({ address, type, name, attributes }: Named): PlannedChange {
  const provider_name = 'registry.terraform.io/hashicorp/aws';
  const change = {
    actions: ['create'],
    before: null,
    after: known(attributes),
    after_unknown: marks(attributes),
  };
  return { address, mode: 'managed', type, name, provider_name, change };
}

function known(value: unknown): unknown {
  if (value instanceof Unknown) return null;
  if (Array.isArray(value)) return value.map(known);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, known(item)]));
}

function marks(value: unknown): unknown {
  if (value instanceof Unknown) return true;
  if (Array.isArray(value)) return value.map(marks);
  if (!isRecord(value)) return false;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, marks(item)]));
}

function expressionsOf(
  attributes: Record<string, unknown>,
  addressOf: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const written = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    written.map(([name, value]) => {
      const unknown = unknownsIn(value);
      if (unknown.length === 0) return [name, { constant_value: value }];
      const addresses = unknown
        .flatMap(({ references }) => references)
        .flatMap((id) => addressOf.get(id) ?? []);
      return [name, { references: [...new Set(addresses)].flatMap((address) => [`${address}.id`, address]) }];
    }),
  );
}
