/**
 * Glossary
 *
 * - project: the unit a user deploys; its id is chosen by the client.
 * - revision: an immutable, content-addressed snapshot of a project's files and variables.
 * - job: one requested operation on a project (deploy, plan, destroy, …), queued and tracked.
 * - pipeline: one attempt to change a stack in an environment, by a task for each component.
 * - task: one component's part of a pipeline; a job plans it, and a job deploys, destroys or checks it.
 * - run: one sequence of Terraform commands that a runner executes for a job.
 * - lost run: an apply whose runner was declared lost, or that a defect abandoned. What it did is unknown
 *   until its runner is back. Then it is settled: its journal is read, and its state is stored unless a
 *   later job replaced it.
 * - orphan: an object that may exist in the cloud without an entry in the state.
 * - finding: one violation of a policy rule, in code, plan or state.
 * - exemption: permission for a named finding to pass, given by a project or the operator; records who and
 *   why.
 * - gate: a decision between plan and apply: passed, warned, approval required or blocked.
 * - step: one named part of a job's work; every failure names its step.
 * - state version: a stored copy of the Terraform state with serial, lineage, digest and the job that wrote it.
 * - lease: the fencing token under which a queue worker owns a job; a write with an older token is refused.
 * - principal: the authenticated caller of an operation, with a role, a scope of projects and limits.
 * - seal: to encrypt and authenticate a stored value for one place. The seal of a plan binds the plan to its job, code,
 *   variables and state.
 * - redact: to replace a secret, or a value that Terraform marks as sensitive, in everything that is shown.
 */
import { z } from 'zod';

export const jobTypes = ['deploy', 'plan', 'destroy', 'drift', 'rollback'] as const;
export const jobTypeSchema = z.enum(jobTypes);
export type JobType = z.infer<typeof jobTypeSchema>;

export const jobStatuses = [
  'pending',
  'processing',
  'awaiting_approval',
  'completed',
  'failed',
  'cancelled',
] as const;
export const jobStatusSchema = z.enum(jobStatuses);
export type JobStatus = z.infer<typeof jobStatusSchema>;

/** Transitions of a job. `interrupt` requeues a job whose worker died. */
export const jobTransitionNames = [
  'claim',
  'awaitApproval',
  'approve',
  'interrupt',
  'complete',
  'fail',
  'cancel',
] as const;
export type JobTransition = (typeof jobTransitionNames)[number];

/** Defines which status follows which. A missing pair is not allowed. */
const transitions: Record<JobStatus, Partial<Record<JobTransition, JobStatus>>> = {
  pending: { claim: 'processing', cancel: 'cancelled', fail: 'failed' },
  processing: {
    awaitApproval: 'awaiting_approval',
    interrupt: 'pending',
    complete: 'completed',
    fail: 'failed',
    cancel: 'cancelled',
  },
  awaiting_approval: { approve: 'pending', cancel: 'cancelled', fail: 'failed' },
  completed: {},
  failed: {},
  cancelled: {},
};

/** Returns the status after a transition, or `undefined` if the transition is not allowed. */
export function nextJobStatus(from: JobStatus, transition: JobTransition): JobStatus | undefined {
  return transitions[from][transition];
}

export function isFinished(status: JobStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

export const stepNames = ['prepare', 'init', 'validate', 'plan', 'gate', 'apply', 'outputs'] as const;
export const stepNameSchema = z.enum(stepNames);
export type StepName = z.infer<typeof stepNameSchema>;

const idSuffix = '-[0-9]{10,16}-[a-z0-9]{6,12}';
export const jobIdPattern = new RegExp(`^(${jobTypes.join('|')})${idSuffix}$`);
/** `<type>-<epoch ms>-<random>`, for example `deploy-1704067200000-k3x9qa`. */
export const jobIdSchema = z
  .string()
  .regex(jobIdPattern, 'a job id looks like deploy-1704067200000-abc123')
  .meta({ example: 'deploy-1704067200000-abc123' });
export const jobParams = z.object({ jobId: jobIdSchema });
