/** Returns `<jobId>-<kind>-<attempt>`: the same at every gateway, so that starting a run is idempotent. */
export function runIdOf(
  job: { id: string; attempt: number },
  kind: 'check' | 'plan' | 'apply' | 'search',
): string {
  return `${job.id}-${kind}-${job.attempt}`;
}

export function jobIdOfRun(runId: string): string {
  return runId.replace(/-(check|plan|apply|search)-\d+$/, '');
}
