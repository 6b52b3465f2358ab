import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { JobEventBody, JobView, PlanView } from '@deployment-engine/contracts';

export const jobId = 'deploy-1893456000000-abc12345';
const at = '2030-01-01T12:00:00.000Z';
const digest = 'a'.repeat(64);

/**
 * An engine with one job, whose events a test emits one by one: screens and cut connections are the same each time. It says
 * nothing of what the real engine does.
 */
export class FakeEngine implements AsyncDisposable {
  /** `METHOD /path` of every request. */
  readonly requests: string[] = [];
  readonly #events: string[] = [];
  readonly #streams = new Set<ServerResponse>();
  #server: Server;
  #port = 0;
  job: JobView = newJob();
  plan: PlanView = newPlan();
  /** Called before a request is answered; a promise delays the answer. */
  before: (request: string, response: ServerResponse) => unknown = () => undefined;

  private constructor() {
    this.#server = createServer();
  }

  static async start(): Promise<FakeEngine> {
    const engine = new FakeEngine();
    await engine.listen();
    return engine;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens again on its port after `stop`. */
  async listen(): Promise<void> {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((ready) => this.#server.listen(this.#port, '127.0.0.1', ready));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Cuts all connections and accepts no more. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((end) => this.#server.close(end));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Appends events; a status is that of the job too. */
  emit(...bodies: JobEventBody[]): void {
    for (const body of bodies) {
      if (body.type === 'job_status') this.job = { ...this.job, status: body.status };
      this.#events.push(sseText(this.#events.length + 1, body));
      for (const stream of this.#streams) stream.write(this.#events.at(-1));
    }
    if (this.isFinished) for (const stream of this.#streams) stream.end();
  }

  /** Cuts the streams of events in the middle of the next one. */
  cutStreams(): void {
    for (const stream of this.#streams) stream.write('id: 9999\nevent: lo', () => stream.destroy());
  }

  get isWatched(): boolean {
    return this.#streams.size > 0;
  }

  get isFinished(): boolean {
    return ['completed', 'failed', 'cancelled'].includes(this.job.status);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace(/\?.*/, '');
    const what = `${request.method} ${path}`;
    this.requests.push(what);
    await buffer(request);
    await this.before(what, response);
    if (response.destroyed) return;
    if (path.endsWith('/events')) return this.#stream(request, response);
    const body = this.#bodyOf(what);
    response.writeHead(body ? (request.method === 'GET' ? 200 : 202) : 404, {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(body ?? { error: `no ${what}` }));
  }

  #bodyOf(what: string): unknown {
    if (what === `GET /api/deploy/status/${jobId}`) return this.job;
    if (what === `GET /api/deploy/jobs/${jobId}/plan`) return this.plan;
    if (what.endsWith('/cancel')) {
      this.emit({ type: 'job_status', status: 'cancelled', message: 'cancelled' });
      this.job = { ...this.job, error: 'the job was cancelled' };
      return { jobId, status: 'cancelled', endedBy: 'none', message: 'cancelled' };
    }
    if (what.endsWith('/approve'))
      this.emit({ type: 'job_status', status: 'processing', message: 'approved' });
    return what.startsWith('POST') ? { jobId, status: 'accepted', message: 'accepted' } : undefined;
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    const after = Number(request.headers['last-event-id'] ?? 0);
    const missed = this.#events.slice(after);
    if (missed.length === 0 && this.isFinished) return void response.writeHead(204).end();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(['retry: 10\n\n', ...missed].join(''));
    if (this.isFinished) return void response.end();
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }
}

function sseText(seq: number, body: JobEventBody): string {
  return `id: ${seq}\nevent: ${body.type}\ndata: ${JSON.stringify({ seq, at, ...body })}\n\n`;
}

function newJob(): JobView {
  return {
    jobId,
    projectId: 'shop',
    pipelineId: null,
    type: 'deploy',
    status: 'pending',
    progress: 0,
    step: null,
    resources: { planned: 0, finished: 0, failed: 0 },
    waitingReason: null,
    message: null,
    revision: 1,
    planDigest: digest,
    plan: null,
    policy: null,
    result: {
      message: 'done',
      logs: '',
      outputs: { url: 'https://shop.example.org' },
      plan: newPlan().summary,
    },
    cancelRequested: false,
    endedBy: null,
    startTime: at,
    processingTime: null,
    endTime: null,
  };
}

function newPlan(): PlanView {
  return {
    jobId,
    projectId: 'shop',
    digest,
    stateSerial: null,
    createdAt: at,
    summary: { create: 1, update: 1, delete: 0, replace: 0, noop: 0, import: 0 },
    changes: [
      change('aws_instance.web', 'create', null, { type: 't3.small', name: 'web' }),
      change('aws_sqs_queue.orders', 'update', { delay: 5, name: 'orders' }, { delay: 10, name: 'orders' }),
    ],
    outputChanges: {},
    cost: null,
    policy: null,
  };
}

function change(
  address: string,
  action: 'create' | 'update',
  before: unknown,
  after: unknown,
): PlanView['changes'][number] {
  const [type = '', name = ''] = address.split('.');
  const facts = { moduleAddress: null, provider: 'aws', reason: null, importing: false, afterUnknown: {} };
  return { address, type, name, action, before, after, ...facts };
}
