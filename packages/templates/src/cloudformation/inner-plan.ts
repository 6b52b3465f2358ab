import { isRecord } from '@deployment-engine/terraform-code';
import { type InnerPlan, planOf } from '../inner-plan.ts';
import { Unknown } from '../unknown.ts';
import { Evaluation } from './evaluate.ts';
import { checkParameters } from './parameters.ts';
import type { CloudFormationTemplate, TemplateResource } from './read-template.ts';
import { type Converted, UnknownPart } from './types/conversion.ts';
import { conversions } from './types/index.ts';

/** Macros that a message names. */
const maxNamed = 10;

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
  const opaque = opaqueParts(template);
  const made = [...template.resources].flatMap(([logicalId, resource]) => {
    if (resource.condition !== undefined && evaluation.condition(resource.condition) === false) return [];
    if (isOpaqueType(resource.type)) return [];
    const converted = convert(resource, evaluation, logicalId);
    if (Array.isArray(converted)) return converted.map((one) => ({ ...one, logicalId, name: logicalId }));
    opaque.push({ logicalId, reason: converted });
    return [];
  });
  return planOf('aws', made, opaque);
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
    found.push({
      logicalId: null,
      reason: `the macro ${transforms.slice(0, maxNamed).join(', ')} rewrites the template`,
    });
  for (const [logicalId, { type, usesMacro }] of resources) {
    if (isOpaqueType(type)) found.push({ logicalId, reason: reasonOf(type) });
    else if (usesMacro) found.push({ logicalId, reason: 'a macro rewrites it' });
  }
  return found;
}

function reasonOf(type: string): string {
  if (isCustom(type)) return `${type} runs code of its own`;
  return type === 'AWS::CloudFormation::Stack'
    ? 'its template lies elsewhere'
    : 'it rewrites other templates';
}
