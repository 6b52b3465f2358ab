import { isPipelineFinished, type SentPipelineEvent } from '@deployment-engine/contracts';
import { engineText } from '../messages/engine-text.ts';
import { jobEventText } from '../project/job-lines.ts';
import { printable } from '../text/printable.ts';

/** Describes an event of a pipeline or of one of its jobs; `undefined` for one that says nothing new to a reader. */
export function pipelineEventText(event: SentPipelineEvent): string | undefined {
  switch (event.type) {
    case 'pipeline_status':
      return isPipelineFinished(event.status) || event.status === 'awaiting_approval'
        ? undefined
        : engineText(event.message);
    case 'task_status':
      return engineText(`${event.component}: ${event.status}${event.message ? `: ${event.message}` : ''}`);
    case 'job_status':
    case 'step_started':
    case 'step_finished':
    case 'plan_summary': // the task's own event leaves out stand-ins for unknown inputs
      return undefined;
    case 'gate':
      return event.gate === 'approval' ? undefined : ofComponent(event); // the pipeline approves its jobs
    default:
      return ofComponent(event);
  }
}

function ofComponent(event: Extract<SentPipelineEvent, { jobId: string }>): string | undefined {
  const text = jobEventText(event);
  return text === undefined ? undefined : `${printable(event.component)}: ${text}`;
}

/** What a pipeline does at the moment, for the live line. */
export class PipelineActivity {
  readonly #tasks = new Map<string, string>();
  #status = 'pending';

  add(event: SentPipelineEvent): void {
    if (event.type === 'pipeline_status') this.#status = event.status;
    if (event.type === 'task_status') this.#tasks.set(event.component, event.status);
  }

  text(): string {
    const all = [...this.#tasks];
    const active = all
      .filter(([, status]) => status === 'planning' || status === 'applying')
      .map(([name]) => name);
    const ended = all.filter(([, status]) =>
      ['succeeded', 'unchanged', 'failed', 'skipped', 'cancelled'].includes(status),
    );
    const now = active.length > 0 ? `: ${active.join(', ')}` : '';
    return printable(`${this.#status}  ${ended.length} of ${all.length} components${now}`);
  }
}
