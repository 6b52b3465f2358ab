import type { JobView } from '@deployment-engine/contracts';
import { waitFor } from './wait.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
export type Answer = { status: number; body: any; headers: Headers };

/** Talks to a gateway as any client would. */
export function createClient(url: string, headers: Record<string, string> = {}) {
  const request = async (
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers, ...more },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = /[/+]json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers };
  };
  const client = {
    get: (path: string) => request('GET', path),
    post: (path: string, body: unknown, more?: Record<string, string>) => request('POST', path, body, more),
    request,
    /** Waits until a job has ended, or rests at `awaiting_approval`. */
    async finished(jobId: string, timeoutMs = 400_000): Promise<JobView> {
      return waitFor(
        `job ${jobId} to end`,
        async () => {
          const { body } = await request('GET', `/api/deploy/status/${jobId}`);
          return ['completed', 'failed', 'cancelled', 'awaiting_approval'].includes(body.status)
            ? body
            : undefined;
        },
        timeoutMs,
      );
    },
    /** Waits until a job has ended. */
    async endOf(jobId: string, timeoutMs = 400_000): Promise<JobView> {
      return waitFor(
        `job ${jobId} to end`,
        async () => {
          const { body } = await request('GET', `/api/deploy/status/${jobId}`);
          return ['completed', 'failed', 'cancelled'].includes(body.status) ? body : undefined;
        },
        timeoutMs,
      );
    },
    /** Posts a job and waits for its end; throws with the failure where it did not complete. */
    async complete(path: string, body: unknown): Promise<JobView> {
      const accepted = await request('POST', path, body);
      if (accepted.status !== 202)
        throw new Error(`POST ${path}: ${accepted.status} ${JSON.stringify(accepted.body)}`);
      const job = await client.finished(accepted.body.jobId);
      if (job.status !== 'completed')
        throw new Error(`${job.jobId} ${job.status}: ${JSON.stringify(job, null, 1)}`);
      return job;
    },
  };
  return client;
}
