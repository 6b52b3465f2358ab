/** Channel that announces the id of a job whose row or events have changed. */
export const jobChangedChannel = 'job_changed';
/** Channel that announces to workers that a job may be claimable. */
export const jobQueuedChannel = 'job_queued';
