import type { BlastRadius } from '@deployment-engine/contracts';
import { type InnerPlan, isHolder, readHolder } from '@deployment-engine/templates';
import { exceededLimits } from './blast-radius.ts';
import { type ChangeFinding, findChanges, isChange } from './change-rules.ts';
import { asHolder, type PlanModel, type PlannedResource, readPlan } from './plan-model.ts';

/** What the template of a planned stack creates. */
export type ReadStack = {
  stack: PlannedResource;
  model: PlanModel;
  /** Address in the outer plan: the stack's, a slash, and the logical id. */
  addressOf(inner: PlannedResource): string;
  /** Parts that nobody can judge before it is deployed. */
  opaque: InnerPlan['opaque'];
};

const readings = new WeakMap<PlannedResource, ReadStack | { problem: string }>();

/** Returns the stacks of a plan whose templates can be read. */
export function readStacks(plan: PlanModel): ReadStack[] {
  return plan.resources
    .filter(({ type }) => isHolder(type))
    .map(readStack)
    .filter((read) => 'model' in read);
}

/** Reads a planned stack's template, or says why nobody can before it is deployed. Messages contain no values. */
export function readStack(stack: PlannedResource): ReadStack | { problem: string } {
  const known = readings.get(stack);
  if (known) return known;
  const read = readAnew(stack);
  readings.set(stack, read);
  return read;
}

function readAnew(stack: PlannedResource): ReadStack | { problem: string } {
  const inner = readHolder({ ...asHolder(stack), template: stack.template });
  if ('problem' in inner) return inner;
  const addressOf = ({ address }: PlannedResource) =>
    `${stack.address}/${inner.logicalIds.get(address) ?? address}`;
  return { stack, model: readPlan(inner.plan), addressOf, opaque: inner.opaque };
}

/** A stack that changes may change all that its template creates: which of it, only the cloud knows. */
function changedStacks(plan: PlanModel): ReadStack[] {
  return readStacks(plan).filter(({ stack }) => isChange(stack.actions));
}

/** Returns what a change of stacks may mean for who may do what. */
export function identityChanges(plan: PlanModel): ChangeFinding[] {
  return changedStacks(plan).flatMap(({ model, addressOf }) =>
    findChanges(model)
      .filter(({ id }) => id === 'PLAN-IAM')
      .flatMap(({ id, resource }) => {
        const address = resource && addressOf(resource);
        return resource && address
          ? [{ id, resource: { ...resource, address }, message: `${address} may change who may do what` }]
          : [];
      }),
  );
}

/** Returns the limits of resource types and of the number of objects that stacks exceed. */
export function exceededInStacks(plan: PlanModel, limits: BlastRadius, whose: string): ChangeFinding[] {
  const ofTypes = { ...limits, maxDeletions: null, maxReplacements: null, maxResources: null };
  const stacks = readStacks(plan);
  const found = changedStacks(plan).flatMap(({ stack, model, addressOf }) =>
    exceededLimits(model, { ...ofTypes, regions: regionsIn(stack, limits) }, whose).map((finding) => ({
      ...finding,
      resource: finding.resource && { ...finding.resource, address: addressOf(finding.resource) },
    })),
  );
  const count = plan.resources.length + stacks.reduce((sum, { model }) => sum + model.resources.length, 0);
  const isAlone = limits.maxResources === null || plan.resources.length > limits.maxResources;
  if (!isAlone && stacks.length > 0 && count > (limits.maxResources ?? 0))
    found.push({
      id: 'PLAN-MAX-RESOURCES',
      resource: null,
      message: `${count} objects would exist, those of templates included; ${whose} may have ${limits.maxResources} at once`,
    });
  return found;
}

/** A stack of CloudFormation is in the region of its provider; resources of Azure name their own. */
function regionsIn({ type }: PlannedResource, { regions }: BlastRadius): BlastRadius['regions'] {
  return type === 'aws_cloudformation_stack' ? null : regions;
}
