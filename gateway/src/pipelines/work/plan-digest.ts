import { createHash } from 'node:crypto';
import { canonicalJson } from '@deployment-engine/contracts';
import { pipelineContent } from '../contents.ts';
import type { TaskRow } from '../rows.ts';
import type { Step } from './step.ts';

/** Returns the SHA-256 (hex) of all that an approval of the whole approves. */
export function pipelineDigest(step: Step): string {
  const { stack, environment, revision, service, component } = step.pipeline;
  const { variables } = pipelineContent(step.context.encryption, step.pipeline);
  return digestOf({
    scope: { stack, environment, service, component },
    revision,
    variables,
    plans: step.tasks.map((task) => planOf(step, task)),
  });
}

/** Returns the digest of the plans that wait in the middle of a pipeline. */
export function waitingDigest(step: Step): string {
  const waiting = step.tasks.filter(({ status }) => status === 'awaiting_approval');
  return digestOf({ plans: waiting.map((task) => planOf(step, task)) });
}

function planOf(step: Step, task: TaskRow) {
  const { component, action, status, code_digest: code, inputs_digest: inputs } = task;
  return { component, action, status, code, inputs, plan: step.jobOf(task)?.plan_digest ?? null };
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
