import type { JobType, StepName } from '@deployment-engine/contracts';

export type ProgressSource = {
  type: JobType;
  step: StepName | null;
  planned: number;
  finished: number;
  gate_passed_at: Date | null;
};

/** Percent at which each step of an applying job begins. Apply gets the rest, divided among its resources. */
const applyingFrom: Partial<Record<StepName, number>> = {
  prepare: 1,
  init: 3,
  validate: 8,
  plan: 10,
  gate: 28,
};
const applyFrom = 30;
/** Percent at which each step begins, for jobs that only plan. */
const planningFrom: Partial<Record<StepName, number>> = {
  prepare: 5,
  init: 15,
  validate: 30,
  plan: 40,
  gate: 90,
};

/** Returns the progress of an uncompleted job, 0 to 99. It grows with every step and every resource of a run. */
export function progressPercent(job: ProgressSource): number {
  if (job.type === 'plan' || job.type === 'drift') return job.step ? (planningFrom[job.step] ?? 95) : 0;
  const isApplying = job.gate_passed_at !== null || job.step === 'apply' || job.step === 'outputs';
  if (!isApplying) return job.step ? (applyingFrom[job.step] ?? 0) : 0;
  const share = job.planned === 0 ? 0 : Math.min(1, job.finished / job.planned);
  return Math.min(99, applyFrom + Math.floor((100 - applyFrom) * share));
}
