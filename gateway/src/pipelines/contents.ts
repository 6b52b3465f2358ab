import type { ComplianceFinding } from '@deployment-engine/contracts';
import type { ComponentPlan, StackOutput } from '@deployment-engine/stacks';
import type { Encryption } from '../server/encryption.ts';
import type { ComponentRow, PipelineRow, TaskRow } from './rows.ts';

/** What a pipeline was resolved to, beside its components. */
export type PipelineContent = {
  variables: Record<string, string>;
  outputs: Record<string, StackOutput>;
  /** Environments in the order of `spec.promotion`. */
  promotion: string[];
  warnings: string[];
  /** What `spec.approval` says of the environment. */
  approval: { required: boolean; approvers: string[] };
  /** What all components may cost in a month, in USD, by `spec.budget`. */
  maxMonthly: number | null;
  /** Missing in pipelines from before there were requirements. */
  compliance?: ComplianceFinding[];
};

/** Of a stack whose files say nothing. */
export const emptyContent: PipelineContent = {
  variables: {},
  outputs: {},
  promotion: [],
  warnings: [],
  approval: { required: false, approvers: [] },
  maxMonthly: null,
};

export type FieldChange = { path: string; before: unknown; after: unknown };

export type TaskContent = {
  plan: ComponentPlan;
  changes: FieldChange[];
  /** Objects that a check has found to differ. */
  drifted?: number;
};

export const pipelinePlace = (pipelineId: string) => `pipeline|${pipelineId}`;
export const taskPlace = (pipelineId: string, component: string) =>
  `pipeline-task|${pipelineId}|${component}`;
export const componentPlace = (projectId: string) => `stack-component|${projectId}`;

export function sealJson(encryption: Encryption, value: unknown, place: string): Buffer {
  return encryption.seal(Buffer.from(JSON.stringify(value)), place);
}

export function pipelineContent(encryption: Encryption, row: PipelineRow): PipelineContent {
  return JSON.parse(encryption.open(row.content, pipelinePlace(row.id)).toString());
}

export function taskContent(encryption: Encryption, row: TaskRow): TaskContent {
  return JSON.parse(encryption.open(row.content, taskPlace(row.pipeline_id, row.component)).toString());
}

export function componentContent(encryption: Encryption, row: ComponentRow): ComponentPlan {
  return JSON.parse(encryption.open(row.content, componentPlace(row.project_id)).toString());
}
