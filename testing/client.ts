import type { JobView } from '@deployment-engine/contracts';
import { waitFor } from './wait.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
export type Answer = { status: number; body: any; headers: Headers };

export type SendRequest = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

export type Client = ReturnType<typeof clientOf>;

/** Creates a client that calls a gateway like any other. */
export function createClient(url: string, headers: Record<string, string> = {}): Client {
  return clientOf((method, path, body, more) => send(method, `${url}${path}`, body, { ...headers, ...more }));
}

/** The calls that tests make, on top of one way to send a request. */
export function clientOf(request: SendRequest) {
  const client = {
    get: (path: string) => request('GET', path),
    post: (path: string, body: unknown, more?: Record<string, string>) => request('POST', path, body, more),
    request,
    /** Waits until a job has ended, or waits at `awaiting_approval`. */
    finished: (jobId: string, timeoutMs?: number) =>
      reached(request, jobId, ['completed', 'failed', 'cancelled', 'awaiting_approval'], timeoutMs),
    /** Waits until a job has ended. */
    endOf: (jobId: string, timeoutMs?: number) =>
      reached(request, jobId, ['completed', 'failed', 'cancelled'], timeoutMs),
    /** Posts a job and waits for its end; throws with the failure if it did not complete. */
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

/** Sends one request; a JSON answer is parsed. */
export async function send(
  method: string,
  url: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = /[/+]json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers };
}

/** Returns the job once it has one of these statuses. */
function reached(
  request: SendRequest,
  jobId: string,
  statuses: JobView['status'][],
  timeoutMs = 400_000,
): Promise<JobView> {
  return waitFor(
    `job ${jobId} to end`,
    async () => {
      const { body } = await request('GET', `/api/deploy/status/${jobId}`);
      return statuses.includes(body.status) ? (body as JobView) : undefined;
    },
    timeoutMs,
  );
}
