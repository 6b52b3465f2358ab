import { asRecord } from '@deployment-engine/terraform-code';
import { type InnerPlan, innerPlan } from './cloudformation/inner-plan.ts';
import { readTemplate } from './cloudformation/read-template.ts';
import { TemplateError } from './template-error.ts';
import { Unknown } from './unknown.ts';

/** A resource of a plan or state whose template makes a cloud create other resources. */
export type Holder = {
  type: string;
  values: unknown;
  /** Terraform's `after_unknown`: `true` in place of each value known only after apply. */
  unknown: unknown;
};

/** Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const maxBodyBytes = 51_200;

const readers: Record<string, (holder: Holder) => InnerPlan | { problem: string }> = {
  aws_cloudformation_stack: readStack,
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
    throw error;
  }
}

function readStack({ values, unknown }: Holder): InnerPlan | { problem: string } {
  const { template_body: body, parameters } = asRecord(values);
  const { template_body: later, parameters: unknownParameters } = asRecord(unknown);
  if (typeof body !== 'string')
    return {
      problem: later === true ? 'its template is known only after apply' : 'its template lies elsewhere',
    };
  if (Buffer.byteLength(body) > maxBodyBytes)
    return { problem: `its template has more than the ${maxBodyBytes} bytes that CloudFormation takes here` };
  return innerPlan(readTemplate(body), partlyKnown(parameters, unknownParameters));
}

/** Returns the values of parameters with `Unknown` for those known only after apply; `undefined` if that is so for all. */
function partlyKnown(values: unknown, unknown: unknown): Record<string, unknown> | undefined {
  if (unknown === true) return undefined;
  const marks = asRecord(unknown);
  const names = new Set([...Object.keys(asRecord(values)), ...Object.keys(marks)]);
  return Object.fromEntries(
    [...names].map((name) => [name, marks[name] === true ? new Unknown([], false) : asRecord(values)[name]]),
  );
}
