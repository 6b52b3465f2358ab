import type { ConfiguredResource, PlannedChange, TerraformPlan } from '@deployment-engine/terraform-code';
import { isObject } from '../is-object.ts';
import { Evaluation } from './evaluate.ts';
import { checkParameters } from './parameters.ts';
import type { CloudFormationTemplate, TemplateResource } from './read-template.ts';
import { type Conversion, type Converted, UnknownPart } from './types/conversion.ts';
import { conversions } from './types/index.ts';
import { Unknown, unknownsIn } from './unknown.ts';

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
  const [changes, configured]: [PlannedChange[], ConfiguredResource[]] = [[], []];
  const addressOf = addresses(template);
  for (const [logicalId, resource] of template.resources) {
    if (resource.condition !== undefined && evaluation.condition(resource.condition) === false) continue;
    const convert = conversions.get(resource.type);
    if (!convert) {
      if (!isOpaqueType(resource.type))
        found.opaque.push({ logicalId, reason: `no rule knows the type ${resource.type}` });
      continue;
    }
    const converted = convertKnown(convert, evaluation.value(resource.properties), logicalId);
    if (!converted) {
      found.opaque.push({ logicalId, reason: 'its properties are known only when it is deployed' });
      continue;
    }
    for (const { type, attributes } of converted) {
      const name = `${logicalId}${countOf(found, `${type}.${logicalId}`)}`;
      const address = `${type}.${name}`;
      found.logicalIds.set(address, logicalId);
      changes.push(plannedChange(address, type, name, attributes));
      configured.push({ address, expressions: expressionsOf(attributes, addressOf) });
    }
  }
  found.plan = { resource_changes: changes, configuration: { root_module: { resources: configured } } };
  return found;
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

/** Returns `undefined` if a part that decides what there is is not known. */
function convertKnown(convert: Conversion, properties: unknown, logicalId: string): Converted[] | undefined {
  if (!isObject(properties) || properties instanceof Unknown) return undefined;
  try {
    return convert(properties, new Unknown([logicalId], true));
  } catch (error) {
    if (error instanceof UnknownPart) return undefined;
    throw error;
  }
}

/** A second resource of one type for the same logical id gets a number. */
function countOf({ logicalIds }: InnerPlan, address: string): string {
  let count = 1;
  while (logicalIds.has(count === 1 ? address : `${address}${count}`)) count += 1;
  return count === 1 ? '' : String(count);
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

/** Returns the address that a reference to a logical id means: that of its first resource. */
function addresses({ resources }: CloudFormationTemplate): (logicalId: string) => string | undefined {
  const firstTypes = new Map<string, string | undefined>();
  for (const [logicalId, resource] of resources) firstTypes.set(logicalId, firstTypeOf(logicalId, resource));
  return (logicalId) => {
    const type = firstTypes.get(logicalId);
    return type && `${type}.${logicalId}`;
  };
}

function firstTypeOf(logicalId: string, { type, properties }: TemplateResource): string | undefined {
  const convert = conversions.get(type);
  return convert && convertKnown(convert, properties, logicalId)?.[0]?.type;
}

function plannedChange(
  address: string,
  type: string,
  name: string,
  attributes: Record<string, unknown>,
): PlannedChange {
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
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, known(item)]));
}

function marks(value: unknown): unknown {
  if (value instanceof Unknown) return true;
  if (Array.isArray(value)) return value.map(marks);
  if (!isObject(value)) return false;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, marks(item)]));
}

function expressionsOf(
  attributes: Record<string, unknown>,
  addressOf: (logicalId: string) => string | undefined,
): Record<string, unknown> {
  const written = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    written.map(([name, value]) => {
      const unknown = unknownsIn(value);
      if (unknown.length === 0) return [name, { constant_value: value }];
      const addresses = unknown.flatMap(({ references }) => references).flatMap((id) => addressOf(id) ?? []);
      return [name, { references: [...new Set(addresses)].flatMap((address) => [`${address}.id`, address]) }];
    }),
  );
}
