import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Reply = (request: IncomingMessage, response: ServerResponse) => void;

/** A runner with scripted replies by `METHOD /path`; the last reply of a list is repeated. */
export async function startFakeRunner(replies: Record<string, Reply[]>) {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/')
      .replace(/\?.*/, '')
      .replace(/^\/runs\/[^/]+/, '/runs/:runId')
      .replace(/^\/revisions\/.+/, '/revisions/:digest');
    const waiting = replies[`${request.method} ${path}`] ?? [];
    const reply = waiting.length > 1 ? waiting.shift() : waiting[0];
    if (reply) reply(request, response);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export const json =
  (value: unknown, status = 200): Reply =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

export const broken: Reply = (_request, response) => void response.destroy();

/** Returns a run's events as the runner streams them, numbered from 1. */
export function eventLines(bodies: object[]): string {
  return bodies
    .map((body, index) => `${JSON.stringify({ seq: index + 1, at: new Date().toISOString(), body })}\n`)
    .join('');
}

export function runView(more: object = {}) {
  return {
    runId: 'r',
    jobId: 'j',
    projectId: 'p',
    kind: 'plan',
    status: 'running',
    step: null,
    stopping: false,
    outcome: null,
    lastSeq: 0,
    startedAt: new Date().toISOString(),
    finishedAt: null,
    sharedProvider: false,
    ...more,
  };
}

export const capacity = {
  runnerId: 'fake',
  slots: 1,
  free: 1,
  runs: [],
  terraform: { product: 'terraform', version: '1.11.4' },
  protection: { mode: 'bwrap', network: 'proxy', unprotected: [] },
  providerMirror: true,
  freeDiskBytes: 1e12,
};
