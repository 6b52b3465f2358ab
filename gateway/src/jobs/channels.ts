/** Channel that carries the id of a job whose row or events have changed. */
export const jobChangedChannel = 'job_changed';
/** Channel that tells workers that a job may be claimable. */
export const jobQueuedChannel = 'job_queued';
