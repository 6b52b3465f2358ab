/** `<jobId>-<kind>-<attempt>`: the same for every gateway that works on the job, so that starting is idempotent. */
export function runIdOf(
  job: { id: string; attempt: number },
  kind: 'check' | 'plan' | 'apply' | 'search',
): string {
  return `${job.id}-${kind}-${job.attempt}`;
}

export function jobIdOfRun(runId: string): string {
  return runId.replace(/-(check|plan|apply|search)-\d+$/, '');
}
