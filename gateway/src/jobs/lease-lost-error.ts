/** Thrown when another worker holds the job's lease; nothing was written. */
export class LeaseLostError extends Error {
  constructor(jobId: string) {
    super(`writing job ${jobId}: its lease has passed to another worker`);
    this.name = 'LeaseLostError';
  }
}
