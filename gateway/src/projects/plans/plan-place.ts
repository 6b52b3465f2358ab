/** Associated data that binds a sealed part of a plan to its job. */
export function planPlace(jobId: string, part: 'json' | 'file' | 'seal'): string {
  return `plan|${jobId}|${part}`;
}
