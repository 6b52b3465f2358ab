import type { PipelineTask, PipelineView } from '@deployment-engine/contracts';
import { engineText } from '../messages/engine-text.ts';
import { counted } from '../text/printable.ts';
import { planSummaryText } from '../text/summary-text.ts';

/** Renders a pipeline by waves: each component with its status, planned changes and what changes in its files. */
export function pipelineText(pipeline: PipelineView): string {
  const waves = Map.groupBy(pipeline.components, ({ wave }) => wave);
  const ordered = [...waves].toSorted(([left], [right]) => left - right);
  const lines = [
    `${pipeline.stack} ${pipeline.environment}: ${pipeline.type} ${pipeline.status}`,
    ...ordered.flatMap(([wave, tasks]) => [
      wave === 0 ? 'Network' : `Wave ${wave}`,
      ...tasks.flatMap(taskLines),
    ]),
    ...(pipeline.plan ? [`Plan: ${planSummaryText(pipeline.plan)}.`] : []),
    ...costLine(pipeline),
    ...pipeline.warnings.map((warning) => `warning: ${warning}`),
    ...(pipeline.error ? [`error: ${pipeline.error}`] : []),
  ];
  return engineText(lines.join('\n'));
}

function taskLines(task: PipelineTask): string[] {
  const { component, kind, action, status, reason, plan, changes, pendingInputs, findings, drifted } = task;
  const facts = [
    action === 'destroy' ? `destroy ${status}` : status,
    ...(plan ? [planSummaryText(plan)] : []),
    ...(findings > 0 ? [counted(findings, 'finding')] : []),
    ...(drifted ? [`${drifted} in drift`] : []),
  ];
  return [
    `  ${component} (${kind}): ${facts.join(', ')}${reason && status !== 'planned' ? ` (${reason})` : ''}`,
    ...changes
      .filter((change) => !isWhole(change))
      .map(({ path, before, after }) => `    ~ ${path}: ${valueText(before)} -> ${valueText(after)}`),
    ...(pendingInputs.length > 0 ? [`    known after apply: ${pendingInputs.join(', ')}`] : []),
  ];
}

/** A new component has everything of its files as one change. */
function isWhole({ path, before }: PipelineTask['changes'][number]): boolean {
  return (before === null || before === undefined) && !path.includes('.');
}

function costLine({ cost }: PipelineView): string[] {
  if (!cost || cost.after === cost.before) return [];
  return [`Cost: ${cost.before.toFixed(2)} -> ${cost.after.toFixed(2)} ${cost.currency} a month.`];
}

function valueText(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
