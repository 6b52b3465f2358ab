import { ApiError } from '@deployment-engine/client';
import { type McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import { boundedText } from './answer/answer.ts';
import { fence } from './answer/fence.ts';
import { type Call, callOf, type Serving } from './call/call.ts';
import { endOfLog } from './projects/log.ts';
import { planData } from './projects/plan-data.ts';

const maxBytes = 100_000;

type Read = (call: Call, id: string) => Promise<unknown>;

/** What a job has left behind, by address. */
const ofJob: Record<string, { description: string; read: Read }> = {
  plan: {
    description: "A job's plan: changes, costs, policy findings",
    read: async ({ client }, jobId) => planData(await client.jobPlan({ params: { jobId } })),
  },
  log: {
    description: "The end of a job's log",
    read: (call, jobId) => endOfLog(call, jobId, maxBytes),
  },
  diagnostics: {
    description: 'Why a job failed, with file and line',
    read: async ({ client }, jobId) => {
      const { error, failure } = await client.status({ params: { jobId } });
      return { error: error ?? null, diagnostics: failure?.diagnostics ?? [] };
    },
  },
};

export function registerResources(server: McpServer, serving: Serving): void {
  for (const [name, { description, read }] of Object.entries(ofJob))
    server.registerResource(
      `job-${name}`,
      new ResourceTemplate(`deployer://jobs/{id}/${name}`, { list: undefined }),
      { description, mimeType: 'text/plain' },
      async (uri, { id }, context) =>
        content(uri, await found(uri, read(callOf(serving, context), String(id)))),
    );
  server.registerResource(
    'pipeline',
    new ResourceTemplate('deployer://pipelines/{id}', { list: undefined }),
    { description: 'A pipeline with its components', mimeType: 'text/plain' },
    async (uri, { id }) =>
      content(uri, await found(uri, serving.client.pipeline({ params: { pipelineId: String(id) } }))),
  );
}

function content(uri: URL, data: unknown) {
  const { text } = boundedText(data, maxBytes);
  return { contents: [{ uri: uri.href, mimeType: 'text/plain', text: fence(text) }] };
}

/** What does not exist, and what the key may not see, are not told apart. An id that can't be one does not exist. */
async function found<T>(uri: URL, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 400))
      throw new ResourceNotFoundError(uri.href);
    throw error;
  }
}
