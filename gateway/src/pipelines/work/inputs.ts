import { createHash } from 'node:crypto';
import { canonicalJson } from '@deployment-engine/contracts';
import { type ComponentPlan, plannedOutputs } from '@deployment-engine/stacks';
import type { Context } from '../../context.ts';
import { readPlanJson } from '../../projects/plans/store.ts';
import { readNewestState } from '../../projects/states/store.ts';
import type { Query } from '../../server/database/open.ts';
import type { TaskRow } from '../rows.ts';
import type { Step } from './step.ts';

/** Values of other components' outputs, by `service/component.output`. */
export type TaskInputs = {
  inputs: Record<string, unknown>;
  /** Outputs that are marked as sensitive. */
  secretInputs: Record<string, unknown>;
  /** Names of those that are not known before an apply. */
  pending: string[];
};

export function inputsDigest({ inputs, secretInputs }: TaskInputs): string {
  const text = canonicalJson([inputs, secretInputs]);
  return createHash('sha256').update(text).digest('hex');
}

/** The variables of the component's generated code. */
export function variablesOf({ inputs, secretInputs, pending }: TaskInputs): Record<string, unknown> {
  return {
    ...(Object.keys(inputs).length > 0 ? { inputs } : {}),
    ...(Object.keys(secretInputs).length > 0 ? { secret_inputs: secretInputs } : {}),
    ...(pending.length > 0 ? { pending } : {}),
  };
}

type Value = { value: unknown; isSensitive: boolean };
/** Outputs of one component; those that it has but does not know are in `unknown`. */
export type KnownOutputs = { values: Map<string, Value>; unknown: Set<string> };

/**
 * Collects a task's inputs: what its upstream components have deployed; for a preview, what their plans say where they
 * change. An output that a deployed component does not have is null, as Terraform stores none for it.
 */
export async function inputsOf(step: Step, task: TaskRow, isPreview: boolean): Promise<TaskInputs> {
  const found: TaskInputs = { inputs: {}, secretInputs: {}, pending: [] };
  const known = new Map<string, KnownOutputs | undefined>();
  for (const { name, component, output } of step.content(task).plan.inputs) {
    if (!known.has(component)) known.set(component, await outputsOf(step, component, isPreview));
    const outputs = known.get(component);
    if (!outputs || outputs.unknown.has(output)) {
      found.pending.push(name);
      continue;
    }
    const { value, isSensitive } = outputs.values.get(output) ?? { value: null, isSensitive: false };
    (isSensitive ? found.secretInputs : found.inputs)[name] = value;
  }
  return found;
}

async function outputsOf(
  step: Step,
  component: string,
  isPreview: boolean,
): Promise<KnownOutputs | undefined> {
  const upstream = step.task(component);
  if (isPreview && upstream?.action === 'deploy' && upstream.status !== 'unchanged')
    return upstream.status === 'planned' ? plannedOutputsOf(step, upstream) : undefined;
  const row = step.deployed.get(component);
  const projectId = upstream?.project_id ?? row?.project_id;
  if (projectId === undefined) return undefined;
  return storedOutputs(step.context, step.trx, projectId);
}

async function plannedOutputsOf(step: Step, upstream: TaskRow): Promise<KnownOutputs | undefined> {
  const job = step.jobOf(upstream);
  if (!job) return undefined;
  const { known, unknown, sensitive } = plannedOutputs(
    await readPlanJson(step.trx, step.context.encryption, job.id),
  );
  const marked = new Set(sensitive);
  const values = Object.entries(known).map(
    ([name, value]) => [name, { value, isSensitive: marked.has(name) }] as const,
  );
  return { values: new Map(values), unknown: new Set(unknown) };
}

/** Returns the outputs in a project's newest state; `undefined` without a state. */
export async function storedOutputs(
  { encryption }: Pick<Context, 'encryption'>,
  query: Query,
  projectId: string,
): Promise<KnownOutputs | undefined> {
  const newest = await readNewestState(query, encryption, projectId);
  if (!newest || newest.state.resources.length === 0) return undefined;
  const values = Object.entries(newest.state.outputs ?? {}).map(
    ([name, { value, sensitive }]) => [name, { value, isSensitive: sensitive === true }] as const,
  );
  return { values: new Map(values), unknown: new Set() };
}

/** Returns the digest of the inputs that a deployed component would get now. */
export async function currentInputsDigest(
  context: Context,
  query: Query,
  plan: ComponentPlan,
  projectOf: (component: string) => string | undefined,
): Promise<string | undefined> {
  const found: TaskInputs = { inputs: {}, secretInputs: {}, pending: [] };
  for (const { name, component, output } of plan.inputs) {
    const projectId = projectOf(component);
    const outputs = projectId === undefined ? undefined : await storedOutputs(context, query, projectId);
    if (!outputs) return undefined;
    const { value, isSensitive } = outputs.values.get(output) ?? { value: null, isSensitive: false };
    (isSensitive ? found.secretInputs : found.inputs)[name] = value;
  }
  return inputsDigest(found);
}
