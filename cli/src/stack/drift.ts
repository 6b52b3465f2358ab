import type { Connection } from '../connection.ts';
import type { TargetOptions } from '../target.ts';
import type { ConductOptions } from './conduct-options.ts';
import { runPipeline } from './finish-pipeline.ts';
import { stackPlace } from './stack-name.ts';
import { scopeOf } from './start.ts';

type DriftOptions = TargetOptions & ConductOptions & { detailedExitcode?: boolean };

export async function detectStackDrift(connection: Connection, options: DriftOptions): Promise<void> {
  const { stack, environment } = await stackPlace(options);
  const { pipelineId } = await connection.client.driftStack({
    params: { stack },
    body: { environment, ...scopeOf(options) },
  });
  await runPipeline(connection, pipelineId, options);
}

export async function remediateStackDrift(connection: Connection, options: DriftOptions): Promise<void> {
  const { stack, environment } = await stackPlace(options);
  const { pipelineId } = await connection.client.remediateStack({
    params: { stack },
    body: { environment, ...scopeOf(options), autoApprove: options.autoApprove ?? false },
  });
  await runPipeline(connection, pipelineId, options);
}
