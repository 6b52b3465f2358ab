import {
  type Capacity,
  capacitySchema,
  type RunRequestInput,
  type RunView,
  runViewSchema,
} from '@deployment-engine/runner-api';
import { z } from 'zod';
import type { RevisionFiles } from '../projects/revisions/store.ts';
import { runEvents } from './run-events.ts';
import { type ClientTls, createSender } from './send-signed.ts';

/** The gateway's client of the runner API. Every method throws `RunnerError`. */
export type RunnerClient = ReturnType<typeof createRunnerClient>;

export function createRunnerClient(baseUrl: string, token: string, tls?: ClientTls) {
  const send = createSender(baseUrl, token, tls);
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
    /** Yields batches of events after `after`, as they happen, until the run has finished. */
    followRun: (runId: string, after: number, signal: AbortSignal) =>
      runEvents((url) => send({ method: 'get', url, responseType: 'stream', timeout: 0, signal }), {
        runId,
        after,
        signal,
      }),
  };
}
