import {
  type RunEvent,
  type RunRequestInput,
  type RunView,
  runEventSchema,
  runViewSchema,
  signedHeaders,
} from '@deployment-engine/runner-api';
import supertest from 'supertest';

export const token = 'a-token-for-tests-only';

export type Client = ReturnType<typeof createClient>;

/** Calls the runner API like a gateway: signed requests through supertest, and events as they are streamed. */
export function createClient(url: string) {
  const app = supertest(url);
  const send = (method: string, path: string, body?: unknown) => {
    const call = app[method.toLowerCase() as 'get' | 'put' | 'post' | 'delete'](path);
    call.set(signed(method, path, body));
    return body === undefined ? call : call.type('json').send(JSON.stringify(body));
  };

  async function view(answer: supertest.Test): Promise<RunView> {
    const { ok, status, text, body } = await answer;
    if (!ok) throw new Error(`${status}: ${text}`);
    return runViewSchema.parse(body);
  }

  async function* events(runId: string, after = 0, follow = true): AsyncGenerator<RunEvent> {
    const path = `/runs/${runId}/events?after=${after}&follow=${follow}`;
    const response = await fetch(`${url}${path}`, { headers: signed('GET', path) });
    if (!response.ok || !response.body) throw new Error(`events of ${runId}: ${response.status}`);
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter(Boolean)) yield runEventSchema.parse(JSON.parse(line));
    }
  }

  return {
    url,
    send,
    events,
    put: async (runId: string, request: RunRequestInput) => view(send('PUT', `/runs/${runId}`, request)),
    get: async (runId: string) => view(send('GET', `/runs/${runId}`)),
    cancel: async (runId: string, graceSeconds: number) =>
      view(send('POST', `/runs/${runId}/cancel`, { graceSeconds })),
    bytes: async (path: string): Promise<Buffer> => (await send('GET', path).responseType('blob')).body,

    /** Returns every event of a run, once it has finished. */
    async finished(runId: string, after = 0): Promise<RunEvent[]> {
      const found: RunEvent[] = [];
      for await (const event of events(runId, after)) found.push(event);
      return found;
    },

    /** Returns the first matching event, as it happens. */
    async waitFor<Found extends RunEvent>(
      runId: string,
      fits: (event: RunEvent) => event is Found,
    ): Promise<Found> {
      for await (const event of events(runId)) if (fits(event)) return event;
      throw new Error(`run ${runId} has finished without the event that was waited for`);
    },
  };
}

export function signed(
  method: string,
  path: string,
  body?: unknown,
  timestamp = String(Math.floor(Date.now() / 1000)),
): Record<string, string> {
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
  return signedHeaders(token, { method, path, timestamp, body: bytes });
}
