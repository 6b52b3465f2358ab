import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export type ToolResult = {
  /** The engine's own sentences. */
  said: string;
  /** All of the answer. */
  text: string;
  facts: Record<string, unknown>;
  isError: boolean;
};

export type Agent = Awaited<ReturnType<typeof connectAgent>>;

type AgentOptions = {
  /** An API key. */
  key?: string;
  headers?: Record<string, string>;
  /** What the agent's user answers to a question; without it the agent can't ask. */
  user?: (question: string) => boolean;
};

/** Connects an agent to the tools that a gateway serves. */
export function connectAgent(url: string, options: AgentOptions = {}) {
  const { key, headers = {} } = options;
  const all = { ...headers, ...(key ? { authorization: `Bearer ${key}` } : {}) };
  return startAgent(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers: all } }),
    options,
  );
}

/** Connects an agent over any transport. */
export async function startAgent(transport: Parameters<Client['connect']>[0], { user }: AgentOptions = {}) {
  const capabilities = user ? { elicitation: { form: {} } } : {};
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' }, capabilities },
  );
  if (user)
    client.setRequestHandler('elicitation/create', async ({ params }) => ({
      action: 'accept',
      content: { approve: user(params.message) },
    }));
  await client.connect(transport);
  return {
    client,
    async call(name: string, args: Record<string, unknown> = {}): Promise<ToolResult> {
      const result = await client.callTool({ name, arguments: args }, { timeout: 120_000 });
      const text = (result.content as { text?: string }[])[0]?.text ?? '';
      return {
        said: text.split('Between the two marks')[0] ?? '',
        text,
        facts: (result.structuredContent ?? {}) as Record<string, unknown>,
        isError: result.isError === true,
      };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
