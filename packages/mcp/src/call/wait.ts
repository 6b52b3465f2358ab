import {
  isFinished,
  isPipelineFinished,
  type JobView,
  type PipelineView,
} from '@deployment-engine/contracts';
import type { Call } from './call.ts';

export const defaultWaitSeconds = 45;
export const mostWaitSeconds = 600;

/** Waits until a job has ended or needs an approval, at most `seconds`. */
export async function waitForJob(call: Call, jobId: string, seconds: number): Promise<JobView> {
  const params = { jobId };
  const view = () => call.client.status({ params }, { signal: call.signal });
  await within(call, seconds, async (signal) => {
    for await (const { data } of call.client.jobEvents({ params }, { signal, retryFirst: true })) {
      if (data.type === 'step_started') call.progress(`step ${data.step}`);
      if (data.type !== 'job_status') continue;
      call.progress(`job ${data.status}`);
      if (isFinished(data.status)) return;
      if (data.status === 'awaiting_approval' && (await view()).status === 'awaiting_approval') return;
    }
  });
  return view();
}

/** Waits until a pipeline has ended or needs an approval, at most `seconds`. */
export async function waitForPipeline(
  call: Call,
  pipelineId: string,
  seconds: number,
): Promise<PipelineView> {
  const params = { pipelineId };
  const view = () => call.client.pipeline({ params }, { signal: call.signal });
  await within(call, seconds, async (signal) => {
    for await (const { data } of call.client.pipelineEvents({ params }, { signal, retryFirst: true })) {
      if (data.type !== 'pipeline_status') continue;
      call.progress(`pipeline ${data.status}`);
      if (isPipelineFinished(data.status)) return;
      if (data.status === 'awaiting_approval' && (await view()).status === 'awaiting_approval') return;
    }
  });
  return view();
}

/** Ends the work after so many seconds; the caller's own end is its error. */
async function within(
  call: Call,
  seconds: number,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const enough = AbortSignal.timeout(seconds * 1000);
  try {
    await work(AbortSignal.any([call.signal, enough]));
  } catch (error) {
    if (!enough.aborted) throw error;
  }
}
