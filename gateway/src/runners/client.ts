import { randomUUID } from 'node:crypto';
import { Agent } from 'node:https';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import {
  type Capacity,
  capacitySchema,
  problemSchema,
  type RunEvent,
  type RunRequestInput,
  type RunView,
  runEventSchema,
  runViewSchema,
  signatureHeaders,
  signRunnerRequest,
} from '@deployment-engine/contracts';
import axios, { type AxiosInstance, type AxiosRequestConfig, isAxiosError } from 'axios';
import { z } from 'zod';
import type { RevisionFiles } from '../projects/revisions/store.ts';
import { RunnerError } from '../runner-error.ts';

const requestTimeoutMs = 30_000;
/** The runner sends a blank line every 10 s; a stream silent for longer than this is dead. */
const streamIdleMs = 30_000;
/** Events that come within this time of each other are one batch. */
const gatherMs = 40;
/** Events that are passed on at once; a statement that stores them has a bounded number of parameters. */
const maxBatchEvents = 1000;

/** PEM texts: who this gateway is, and the authority that signs runners' certificates. */
export type ClientTls = { cert: Buffer; key: Buffer; ca: Buffer };

/** The runner API as the gateway uses it; every method throws `RunnerError`. */
export type RunnerClient = ReturnType<typeof createRunnerClient>;

export function createRunnerClient(baseUrl: string, token: string, tls?: ClientTls) {
  const http = axios.create({
    baseURL: baseUrl,
    timeout: requestTimeoutMs,
    proxy: false,
    maxRedirects: 0,
    ...(tls ? { httpsAgent: new Agent({ ...tls, keepAlive: true }) } : {}),
  });
  const send = (config: AxiosRequestConfig) => request(http, baseUrl, token, config);
  const sendForBytes = async (path: string): Promise<Buffer> =>
    Buffer.from(await send({ method: 'get', url: path, responseType: 'arraybuffer' }));
  return {
    url: baseUrl,
    capacity: async (): Promise<Capacity> =>
      capacitySchema.parse(await send({ method: 'get', url: '/capacity', timeout: 3000 })),
    startRun: async (runId: string, body: RunRequestInput): Promise<RunView> =>
      runViewSchema.parse(await send({ method: 'put', url: `/runs/${runId}`, data: body })),
    listRuns: async (): Promise<RunView[]> =>
      z.object({ runs: z.array(runViewSchema) }).parse(await send({ method: 'get', url: '/runs' })).runs,
    getRun: async (runId: string): Promise<RunView> =>
      runViewSchema.parse(await send({ method: 'get', url: `/runs/${runId}` })),
    cancelRun: async (runId: string, graceSeconds: number): Promise<RunView> =>
      runViewSchema.parse(
        await send({ method: 'post', url: `/runs/${runId}/cancel`, data: { graceSeconds } }),
      ),
    deleteRun: async (runId: string): Promise<void> =>
      void (await send({ method: 'delete', url: `/runs/${runId}` })),
    readPlanFile: (runId: string) => sendForBytes(`/runs/${runId}/plan`),
    readPlanJson: (runId: string) => sendForBytes(`/runs/${runId}/plan.json`),
    readJournal: (runId: string) => sendForBytes(`/runs/${runId}/journal`),
    readTerraformLog: (runId: string) => sendForBytes(`/runs/${runId}/terraform-log`),
    readState: (runId: string) => sendForBytes(`/runs/${runId}/state`),
    uploadRevision: async (digest: string, files: RevisionFiles): Promise<void> => {
      const encoded = Object.fromEntries(
        [...files].map(([path, content]) => [path, content.toString('base64')]),
      );
      await send({ method: 'put', url: `/revisions/${digest}`, data: { files: encoded } });
    },
    /** Batches of events after `after`, as they happen, until the run has finished. */
    followRun: (runId: string, after: number, signal: AbortSignal) =>
      runEvents(
        (url) => send({ method: 'get', url, responseType: 'stream', timeout: 0, signal }),
        runId,
        after,
        signal,
      ),
  };
}

async function request(http: AxiosInstance, baseUrl: string, token: string, config: AxiosRequestConfig) {
  const body = config.data === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(config.data));
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = randomUUID();
  const method = (config.method ?? 'get').toUpperCase();
  const path = config.url ?? '/';
  try {
    const answer = await http.request({
      ...config,
      ...(config.data === undefined ? {} : { data: body }),
      headers: {
        ...(config.data === undefined ? {} : { 'content-type': 'application/json' }),
        [signatureHeaders.timestamp]: timestamp,
        [signatureHeaders.nonce]: nonce,
        [signatureHeaders.signature]: signRunnerRequest(token, { method, path, timestamp, nonce, body }),
      },
    });
    return answer.data;
  } catch (error) {
    throw await runnerError(error, baseUrl, `${method} ${path}`);
  }
}

async function runnerError(error: unknown, baseUrl: string, activity: string): Promise<RunnerError> {
  if (!isAxiosError(error) || !error.response) {
    const reason = isAxiosError(error) ? (error.code ?? error.message) : String(error);
    return new RunnerError(`the runner at ${baseUrl} does not answer (${reason})`, { cause: error });
  }
  const data = await readBody(error.response.data);
  const problem = problemSchema.safeParse(data);
  if (!problem.success)
    return new RunnerError(`the runner at ${baseUrl} answered ${error.response.status} to ${activity}`, {
      problem: 'internal',
    });
  return new RunnerError(problem.data.detail, { problem: problem.data.code });
}

async function readBody(data: unknown): Promise<unknown> {
  try {
    if (data && typeof (data as Readable).pipe === 'function') {
      const chunks: Buffer[] = [];
      for await (const chunk of data as Readable) chunks.push(Buffer.from(chunk));
      return JSON.parse(Buffer.concat(chunks).toString());
    }
    return data instanceof Uint8Array || Buffer.isBuffer(data)
      ? JSON.parse(Buffer.from(data).toString())
      : data;
  } catch {
    return undefined;
  }
}

async function* runEvents(
  open: (url: string) => Promise<Readable>,
  runId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<RunEvent[]> {
  const stream = await open(`/runs/${runId}/events?after=${after}&follow=true`);
  const idle = setTimeout(() => stream.destroy(new Error('the stream fell silent')), streamIdleMs);
  stream.on('data', () => idle.refresh());
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  const queued: RunEvent[] = [];
  let wake = () => {};
  let failure: Error | undefined;
  let ended = false;
  let atEnd = () => {};
  const fail = (error: Error) => {
    failure = error;
    wake();
  };
  lines.on('line', (line) => {
    if (failure) return; // what follows a line that can't be read would leave a gap
    try {
      if (line.trim()) queued.push(runEventSchema.parse(JSON.parse(line)));
    } catch (error) {
      fail(new Error('a line is no event', { cause: error }));
    }
    wake();
  });
  lines.on('close', () => {
    ended = true;
    atEnd();
    wake();
  });
  stream.on('error', fail);
  lines.on('error', fail);
  /** A moment for what comes right after, so that it is stored with it. */
  const gathered = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gatherMs);
      atEnd = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  try {
    while (!ended || queued.length > 0) {
      signal.throwIfAborted();
      if (queued.length > 0) {
        if (!ended && !failure) await gathered();
        yield queued.splice(0, maxBatchEvents);
      } else if (failure) break;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    if (failure) throw new RunnerError(`following run ${runId}: the stream broke (${failure.message})`);
  } finally {
    clearTimeout(idle);
    lines.close();
    stream.destroy();
  }
}
