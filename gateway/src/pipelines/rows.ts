import type { Selectable } from 'kysely';
import type { Database } from '../server/database/schema.ts';

export type PipelineRow = Selectable<Database['pipelines']>;
export type TaskRow = Selectable<Database['pipeline_tasks']>;
export type ComponentRow = Selectable<Database['stack_components']>;

/** How a pipeline is conducted; stored as JSON. */
export type PipelineSettings = {
  autoApprove: boolean;
  onError: 'stop' | 'continue' | 'rollback';
  schedule: 'waves' | 'ready';
  parallelism: number;
  /** Plans also components for which nothing has changed. */
  refresh: boolean;
  /** Destroys what the repository no longer has without an approval of its own. */
  prune: boolean;
  /** The environment destroys itself this long after the pipeline has completed; `null` cancels that. */
  ttlSeconds?: number | null | undefined;
};

export const defaultSettings: PipelineSettings = {
  autoApprove: false,
  onError: 'stop',
  schedule: 'waves',
  parallelism: 10,
  refresh: false,
  prune: false,
};

export function settingsOf({ settings }: Pick<PipelineRow, 'settings'>): PipelineSettings {
  return { ...defaultSettings, ...JSON.parse(settings) };
}

/** A pipeline that changes nothing holds no part of the stack. */
export function holdsScope({ type }: Pick<PipelineRow, 'type'>): boolean {
  return type !== 'plan' && type !== 'drift';
}

export function needsOf({ needs }: Pick<TaskRow, 'needs'>): string[] {
  return JSON.parse(needs);
}

/** Whether a task needs nothing more. */
export function isEnded({ status }: Pick<TaskRow, 'status'>): boolean {
  return ['succeeded', 'unchanged', 'failed', 'skipped', 'cancelled'].includes(status);
}

export function isDone({ status }: Pick<TaskRow, 'status'>): boolean {
  return status === 'succeeded' || status === 'unchanged';
}

/** The key of a scope, as the locks show it. */
export function lockKey(row: Pick<PipelineRow, 'stack' | 'environment' | 'service' | 'component'>): string {
  const { stack, environment, service, component } = row;
  const part = component ? `:component:${component}` : service ? `:service:${service}` : '';
  return `stack:${stack}:env:${environment}${part}`;
}
