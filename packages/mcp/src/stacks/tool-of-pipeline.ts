import type { PipelineType } from '@deployment-engine/contracts';

/** The tool that starts pipelines of a type, and approves their plans. */
export function toolOfPipeline(type: PipelineType): string {
  return type === 'apply' ? 'stack_deploy' : `stack_${type}`;
}
