import type { PipelineView } from '@deployment-engine/contracts';
import type { Client } from './client.ts';
import { waitFor } from './wait.ts';

/** The calls that tests of pipelines make. */
export function pipelineClient(client: Client, stack: string) {
  const reached = (pipelineId: string, statuses: PipelineView['status'][], timeoutMs = 300_000) =>
    waitFor(
      `pipeline ${pipelineId} to be ${statuses.join(' or ')}`,
      async () => {
        const { body } = await client.get(`/api/stacks/pipelines/${pipelineId}`);
        return statuses.includes(body.status) ? (body as PipelineView) : undefined;
      },
      timeoutMs,
    );
  const ends: PipelineView['status'][] = ['completed', 'partial', 'failed', 'cancelled'];
  return {
    reached,
    ended: (pipelineId: string, timeoutMs?: number) => reached(pipelineId, ends, timeoutMs),
    /** Starts a pipeline and returns its id; throws if it is refused. */
    async start(operation: string, body: object): Promise<string> {
      const answer = await client.post(`/api/stacks/${stack}/${operation}`, body);
      if (answer.status !== 202)
        throw new Error(`${operation}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body.pipelineId;
    },
    /** Starts one and waits until it has ended, or until it waits for an approval. */
    async run(operation: string, body: object, timeoutMs?: number): Promise<PipelineView> {
      const id = await this.start(operation, body);
      return reached(id, [...ends, 'awaiting_approval'], timeoutMs);
    },
    /** Approves what a pipeline shows, and waits for its end. */
    async approve({ pipelineId, planDigest }: PipelineView): Promise<PipelineView> {
      const answer = await client.post(`/api/stacks/pipelines/${pipelineId}/approve`, { planDigest });
      if (answer.status !== 202) throw new Error(`approve: ${answer.status} ${JSON.stringify(answer.body)}`);
      return reached(pipelineId, [...ends, 'awaiting_approval']);
    },
  };
}

/** Returns component → status. */
export function statuses({ components }: PipelineView): Record<string, string> {
  return Object.fromEntries(components.map(({ component, status }) => [component, status]));
}
