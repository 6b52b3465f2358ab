import { ApiError, type Client } from '@deployment-engine/client';
import type { PipelineView } from '@deployment-engine/contracts';
import { ask } from '../terminal/prompt.ts';

/** Asks whether to go on, and approves or cancels the pipeline. Returns false if it stays as it is. */
export async function decidePipeline(client: Client, pipeline: PipelineView): Promise<boolean> {
  const { pipelineId, planDigest, stack, environment } = pipeline;
  const answer = await ask(`\nApply these changes to ${stack} ${environment}? Only "yes" is accepted: `);
  if (answer === undefined) return false;
  const params = { pipelineId };
  if (answer !== 'yes') {
    await client.cancelPipeline({ params });
    return true;
  }
  try {
    await client.approvePipeline({ params, body: { planDigest: planDigest ?? '' } });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'self_approval')) throw error;
    console.error(`deployer: ${error.detail}`);
    return false;
  }
}
