/** Channel that announces the id of a job whose row or events have changed. */
export const jobChangedChannel = 'job_changed';
/** Channel that announces the id of a job in progress whose cancellation was requested. */
export const jobCancelChannel = 'job_cancel';
/** Channel that announces to workers that a job may be claimable. */
export const jobQueuedChannel = 'job_queued';
