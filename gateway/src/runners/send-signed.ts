import { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import { problemSchema } from '@deployment-engine/contracts';
import { signedHeaders } from '@deployment-engine/runner-api';
import axios, { type AxiosInstance, type AxiosRequestConfig, isAxiosError } from 'axios';
import { RunnerError } from '../runner-error.ts';

const requestTimeoutMs = 30_000;

/** This gateway's certificate and key, and the certificate of the authority that signs runners', as PEM. */
export type ClientTls = { cert: Buffer; key: Buffer; ca: Buffer };

/** Sends requests to one runner, each signed with the shared token; throws `RunnerError`. */
export function createSender(baseUrl: string, token: string, tls?: ClientTls) {
  const http = axios.create({
    baseURL: baseUrl,
    timeout: requestTimeoutMs,
    proxy: false,
    maxRedirects: 0,
    ...(tls ? { httpsAgent: new Agent({ ...tls, keepAlive: true }) } : {}),
  });
  return (config: AxiosRequestConfig) => request(http, baseUrl, token, config);
}

async function request(http: AxiosInstance, baseUrl: string, token: string, config: AxiosRequestConfig) {
  const body = config.data === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(config.data));
  const method = (config.method ?? 'get').toUpperCase();
  const path = config.url ?? '/';
  try {
    const answer = await http.request({
      ...config,
      ...(config.data === undefined ? {} : { data: body }),
      headers: {
        ...(config.data === undefined ? {} : { 'content-type': 'application/json' }),
        ...signedHeaders(token, { method, path, body }),
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
