import type { Client } from '@deployment-engine/client';
import type { PipelineView } from '@deployment-engine/contracts';
import { decide } from '../terminal/decide.ts';

/** Asks whether to go on, and approves or cancels the pipeline. Returns false if it stays as it is. */
export function decidePipeline(client: Client, pipeline: PipelineView): Promise<boolean> {
  const { pipelineId, planDigest, stack, environment } = pipeline;
  const params = { pipelineId };
  return decide(`Apply these changes to ${stack} ${environment}`, {
    approve: () => client.approvePipeline({ params, body: { planDigest: planDigest ?? '' } }),
    cancel: () => client.cancelPipeline({ params }),
  });
}
