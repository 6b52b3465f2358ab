import {
  type RunEvent,
  type RunRequestInput,
  type RunView,
  runEventSchema,
  runViewSchema,
  signedHeaders,
} from '@deployment-engine/runner-api';

export const token = 'a-token-for-tests-only';

export type Client = ReturnType<typeof createClient>;

/** Calls the runner API like a gateway, one signed request at a time. */
export function createClient(url: string) {
  const send = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...signed(method, path, body), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  async function view(response: Response): Promise<RunView> {
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    return runViewSchema.parse(await response.json());
  }

  async function* events(runId: string, after = 0, follow = true): AsyncGenerator<RunEvent> {
    const response = await send('GET', `/runs/${runId}/events?after=${after}&follow=${follow}`);
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
    put: async (runId: string, request: RunRequestInput) =>
      view(await send('PUT', `/runs/${runId}`, request)),
    get: async (runId: string) => view(await send('GET', `/runs/${runId}`)),
    cancel: async (runId: string, graceSeconds: number) =>
      view(await send('POST', `/runs/${runId}/cancel`, { graceSeconds })),
    bytes: async (path: string) => Buffer.from(await (await send('GET', path)).arrayBuffer()),

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
