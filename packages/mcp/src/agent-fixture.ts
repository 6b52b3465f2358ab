import type { Client as EngineClient } from '@deployment-engine/client';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { createMcpServer, Repetitions } from './index.ts';

export type Result = { content: unknown; structuredContent?: unknown; isError?: boolean | undefined };
export const textOf = (result: Result) => (result.content as { text: string }[])[0]?.text ?? '';
/** What stands before the marks: the engine's own sentences. */
export const saidOf = (result: Result) => textOf(result).split('Between the two marks')[0] ?? '';
export const jobId = 'deploy-1704067200000-abcd1234';

/** Connects an agent to the tools of an engine that answers as given. */
export async function agentOf(engine: object, user?: (question: string) => boolean) {
  const repetitions = new Repetitions();
  const handler = createMcpHandler(() =>
    createMcpServer({ client: engine as EngineClient, caller: 'agent', repetitions }),
  );
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' }, capabilities: user ? { elicitation: { form: {} } } : {} },
  );
  if (user)
    client.setRequestHandler('elicitation/create', async ({ params }) => ({
      action: 'accept',
      content: { approve: user(params.message) },
    }));
  await client.connect(
    new StreamableHTTPClientTransport(new URL('http://engine.test/mcp'), {
      fetch: (url, init) => handler.fetch(new Request(url, init)),
    }),
  );
  return {
    client,
    call: (name: string, args: Record<string, unknown> = {}): Promise<Result> =>
      client.callTool({ name, arguments: args }),
    async [Symbol.asyncDispose]() {
      await client.close();
      await handler.close();
    },
  };
}
