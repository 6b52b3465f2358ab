import { asRecord, isRecord } from '@deployment-engine/terraform-code';
import { armInnerPlan } from './arm/inner-plan.ts';
import { readArmTemplate } from './arm/read-template.ts';
import { capabilitiesOf } from './cloudformation/capabilities.ts';
import { innerPlan } from './cloudformation/inner-plan.ts';
import { readTemplate } from './cloudformation/read-template.ts';
import type { InnerPlan } from './inner-plan.ts';
import { TemplateError } from './template-error.ts';
import { Unknown } from './unknown.ts';

/** A resource of a plan or state whose template makes a cloud create other resources. */
export type Holder = {
  type: string;
  values: unknown;
  /** Terraform's `after_unknown`: `true` in place of each value known only after apply. */
  unknown: unknown;
  /** The template, if another resource of the plan contains it. */
  template?: string | undefined;
};

/** Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const maxBodyBytes = 51_200;

const readers: Record<string, (holder: Holder) => InnerPlan | { problem: string }> = {
  aws_cloudformation_stack: readStack,
  azurerm_resource_group_template_deployment: readArmDeployment,
};

/** Whether templates of this Terraform type can be read. */
export function isHolder(type: string): boolean {
  return Object.hasOwn(readers, type);
}

/** Lists what the template of a resource creates, or says why nobody knows before apply. Messages contain no values. */
export function readHolder(holder: Holder): InnerPlan | { problem: string } {
  const read = readers[holder.type];
  if (!read) return { problem: 'its template is not read' };
  try {
    return read(holder);
  } catch (error) {
    if (error instanceof TemplateError) return { problem: error.message };
    if (error instanceof RangeError)
      return { problem: 'reading the template: its parts need each other more deeply than can be followed' };
    throw error;
  }
}

function readStack({ values, unknown, template }: Holder): InnerPlan | { problem: string } {
  const { template_body: body, parameters } = asRecord(values);
  const { template_body: later, parameters: unknownParameters } = asRecord(unknown);
  const given = partlyKnown(parameters, unknownParameters);
  if (template !== undefined) return fromBucket(innerPlan(readTemplate(template), given));
  if (typeof body !== 'string')
    return {
      problem: later === true ? 'its template is known only after apply' : 'its template lies elsewhere',
    };
  if (Buffer.byteLength(body) > maxBodyBytes)
    return { problem: `its template has more than the ${maxBodyBytes} bytes that CloudFormation takes here` };
  return innerPlan(readTemplate(body), given);
}

/** CloudFormation reads the object after Terraform has written it. */
function fromBucket(plan: InnerPlan): InnerPlan {
  const reason = 'it is read from a bucket, where others may have changed it by then';
  return { ...plan, opaque: [{ logicalId: null, reason }, ...plan.opaque] };
}

/** Returns the capabilities that a stack has and its template does not need; none if nobody can read it. */
export function needlessCapabilities({ values, template }: Holder): string[] {
  const { template_body: body, capabilities } = asRecord(values);
  const text = template ?? body;
  if (typeof text !== 'string' || !Array.isArray(capabilities)) return [];
  try {
    const needed: string[] = capabilitiesOf(readTemplate(text));
    if (needed.includes('CAPABILITY_NAMED_IAM')) needed.push('CAPABILITY_IAM'); // the lesser one does no harm
    return capabilities.map(String).filter((name) => !needed.includes(name));
  } catch (error) {
    if (error instanceof TemplateError) return [];
    throw error;
  }
}

function readArmDeployment({ values, unknown }: Holder): InnerPlan | { problem: string } {
  const { template_content: content, parameters_content: parameters } = asRecord(values);
  const { template_content: later, parameters_content: unknownParameters } = asRecord(unknown);
  if (typeof content !== 'string')
    return {
      problem: later === true ? 'its template is known only after apply' : 'its template lies elsewhere',
    };
  const template = readArmTemplate(content);
  return armInnerPlan(template, unknownParameters === true ? undefined : armParameters(parameters));
}

/** Azure's form of parameters: `{"name": {"value": …}}`, or a reference to a key vault. */
function armParameters(text: unknown): Record<string, unknown> {
  if (typeof text !== 'string' || text === '') return {};
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new TemplateError('its parameters are not JSON');
  }
  return Object.fromEntries(
    Object.entries(asRecord(given)).map(([name, one]) => {
      const isValue = isRecord(one) && Object.hasOwn(one, 'value');
      return [name, isValue ? one.value : new Unknown([], false)];
    }),
  );
}

/**
 * Returns the values of parameters with `Unknown` for those known only after apply, and for those that are null, which the template
 * may have a default for; `undefined` if all are known only after apply.
 */
function partlyKnown(values: unknown, unknown: unknown): Record<string, unknown> | undefined {
  if (unknown === true) return undefined;
  const marks = asRecord(unknown);
  const names = new Set([...Object.keys(asRecord(values)), ...Object.keys(marks)]);
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      marks[name] === true ? new Unknown([], false) : (asRecord(values)[name] ?? new Unknown([], false)),
    ]),
  );
}
