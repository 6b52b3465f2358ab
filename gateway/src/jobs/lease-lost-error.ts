/** The lease under which a worker wrote has passed to another worker; nothing was written. */
export class LeaseLostError extends Error {
  constructor(jobId: string) {
    super(`writing job ${jobId}: its lease has passed to another worker`);
    this.name = 'LeaseLostError';
  }
}
