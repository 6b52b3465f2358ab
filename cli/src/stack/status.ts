import type { Connection } from '../connection.ts';
import type { TargetOptions } from '../target.ts';
import { runPipeline } from './finish-pipeline.ts';
import { showPipeline, showStackStatus } from './show.ts';
import { stackPlace } from './stack-name.ts';

export async function pipelineStatus(
  connection: Connection,
  pipelineId: string,
  follow: boolean,
): Promise<void> {
  if (follow) await runPipeline(connection, pipelineId);
  else await showPipeline(connection, pipelineId);
}

/** With `--follow`, watches the pipeline at work. */
export async function stackStatus(
  connection: Connection,
  options: TargetOptions & { follow?: boolean },
): Promise<void> {
  if (options.follow) {
    const { activePipelineId } = await connection.client.stackEnvironment({
      params: await stackPlace(options),
    });
    if (activePipelineId) await runPipeline(connection, activePipelineId);
  }
  await showStackStatus(connection, options);
}
