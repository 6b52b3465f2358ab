import { isRecord } from '@deployment-engine/terraform-code';
import { type InnerPlan, type Made, planOf } from '../inner-plan.ts';
import { Unknown } from '../unknown.ts';
import { ArmEvaluation } from './evaluate.ts';
import { checkArmParameters, isSecure } from './parameters.ts';
import type { ArmResource, ArmTemplate } from './read-template.ts';
import { armTypes } from './types/index.ts';

/** Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/copy-resources */
const maxCopies = 800;
/** Objects that all loops of a template make together. */
const maxMade = 5000;

/**
 * Lists what a template creates, as far as it is known before it is deployed. `given` are the values of its parameters, with `Unknown`
 * for what nobody knows yet; `undefined` if that is so for all.
 */
export function armInnerPlan(
  template: ArmTemplate,
  given: Readonly<Record<string, unknown>> | undefined,
): InnerPlan {
  const evaluation = new ArmEvaluation(template, knownParameters(template, given));
  const certain = new ArmEvaluation(template, knownParameters(template, given, true), true);
  const opaque: InnerPlan['opaque'] = [];
  const made: Made[] = [];
  for (const resource of template.resources) {
    if (!armTypes.has(resource.type.toLowerCase())) {
      if (!isLeftOut(resource, certain))
        opaque.push({ logicalId: nameOf(resource), reason: reasonOf(resource.type) });
      continue;
    }
    const indices = copiesOf(resource, evaluation, certain);
    const count = Array.isArray(indices) ? indices.length : 0;
    if (!Array.isArray(indices) || made.length + count > maxMade)
      opaque.push({
        logicalId: nameOf(resource),
        reason: Array.isArray(indices) ? `loops make more than ${maxMade} resources` : indices,
      });
    else for (const index of indices) addResource({ resource, index, evaluation, certain, made, opaque });
  }
  return planOf('azurerm', made, opaque);
}

/**
 * Values of secure parameters are not known, nor those that nobody knows yet or that do not fit their types. Defaults are evaluated
 * where no value is given.
 */
function knownParameters(
  template: ArmTemplate,
  given: Readonly<Record<string, unknown>> | undefined,
  isCertain = false,
): Map<string, unknown> {
  if (!given) return new Map();
  const { values } = checkArmParameters(template, given);
  const isGiven = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  const defaults = new ArmEvaluation(template, new Map(), isCertain);
  return new Map(
    [...template.parameters].flatMap(([name, definition]) => {
      const key = name.toLowerCase();
      const value = isGiven.has(key) ? values.get(name) : defaults.value(definition.defaultValue);
      const isKnown =
        value !== undefined && value !== null && !isSecure(definition) && !(value instanceof Unknown);
      return isKnown ? [[key, value] as const] : [];
    }),
  );
}

/** Returns the index of each copy, one without an index for a resource without a loop; or why nobody knows. */
function copiesOf(
  { body }: ArmResource,
  evaluation: ArmEvaluation,
  certain: ArmEvaluation,
): (number | undefined)[] | string {
  const { copy } = body;
  if (!isRecord(copy)) return [undefined];
  const count = evaluation.value(copy.count);
  const isUncertain = count === 0 && certain.value(copy.count) !== 0;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || isUncertain)
    return 'how often its loop runs is known only when it is deployed';
  if (count > maxCopies) return `its loop runs more than ${maxCopies} times`;
  return Array.from({ length: count }, (_, index) => index);
}

type Adding = {
  resource: ArmResource;
  index: number | undefined;
  evaluation: ArmEvaluation;
  certain: ArmEvaluation;
  made: Made[];
  opaque: InnerPlan['opaque'];
};

/** Only a condition that is false in Azure without any doubt leaves a resource out. */
function isLeftOut({ body }: ArmResource, certain: ArmEvaluation, index?: number): boolean {
  return body.condition !== undefined && certain.value(body.condition, index) === false;
}

function addResource({ resource, index, evaluation, certain, made, opaque }: Adding): void {
  const { type, body } = resource;
  if (body.existing === true) return; // it is only named
  const { condition: _condition, name, resources: _children, copy: _copy, ...rest } = body;
  if (isLeftOut(resource, certain, index)) return;
  const known = evaluation.value(name, index);
  const logicalId = nameOf(resource, typeof known === 'string' ? known : undefined, index);
  const conversion = armTypes.get(type.toLowerCase());
  if (!conversion) return;
  const properties = evaluation.value(rest, index);
  const all = conversion({ ...(isRecord(properties) ? properties : {}), name: known });
  if (typeof all === 'string') opaque.push({ logicalId, reason: all });
  else for (const one of all) made.push({ ...one, logicalId, name: `r${made.length}` });
}

/** The type and the name, as it is written where nobody knows it; symbolic names are names already. */
function nameOf({ type, label, body }: ArmResource, known?: string, index?: number): string {
  const written = String(body.name);
  const isSymbol = label !== written && !label.endsWith(`/${written}`);
  const copy = index !== undefined && known === undefined ? `[${index}]` : '';
  return isSymbol ? `${label}${index === undefined ? '' : `[${index}]`}` : `${type}/${known ?? label}${copy}`;
}

function reasonOf(type: string): string {
  const lower = type.toLowerCase();
  if (lower === 'microsoft.resources/deployments') return 'its template is not read, nor that of a link';
  if (lower === 'microsoft.resources/deploymentscripts') return 'it runs code of its own';
  return `the type ${type} is not known`;
}
