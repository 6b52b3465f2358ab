import { isFinished, type SentJobEvent, type StepName } from '@deployment-engine/contracts';
import { diagnosticText } from '../messages/diagnostic-text.ts';
import { engineText } from '../messages/engine-text.ts';
import { printable } from '../text/printable.ts';
import { planSummaryText } from '../text/summary-text.ts';

const doing: Record<string, string> = {
  create: 'creating',
  update: 'changing',
  delete: 'destroying',
  replace: 'replacing',
  read: 'reading',
};
const done: Record<string, string> = {
  create: 'created',
  update: 'changed',
  delete: 'destroyed',
  replace: 'replaced',
  read: 'read',
};

/** Steps that are worth a line only if they fail. */
const quickSteps: readonly StepName[] = ['prepare', 'outputs'];

/** Describes an event for a reader who watches; `undefined` for one that says nothing new to them. */
export function jobEventText(event: SentJobEvent): string | undefined {
  switch (event.type) {
    case 'job_status':
      return isFinished(event.status) || event.status === 'awaiting_approval'
        ? undefined
        : engineText(event.message);
    case 'step_started':
      return quickSteps.includes(event.step) ? undefined : `${event.step} begins`;
    case 'step_finished':
      if (quickSteps.includes(event.step) && event.ok) return undefined;
      return `${event.step} ${event.ok ? 'done in' : 'failed after'} ${seconds(event.durationMs)}`;
    case 'plan_summary':
      return `plan: ${planSummaryText(event.summary)}`;
    case 'resource_started':
      return `${printable(event.address)}: ${doing[event.action] ?? event.action}`;
    case 'resource_finished':
      return printable(finishedText(event));
    case 'diagnostic':
      return diagnosticText(event.diagnostic);
    case 'waiting':
      return `waits: ${engineText(event.reason)}`;
    case 'gate':
      return event.verdict === 'passed' ? undefined : engineText(`${event.gate}: ${event.message}`);
    default:
      return undefined;
  }
}

function finishedText(event: Extract<SentJobEvent, { type: 'resource_finished' }>): string {
  const { address, action, ok, elapsedSeconds, id } = event;
  if (!ok) return `${address}: failed after ${elapsedSeconds} s`;
  return `${address}: ${done[action] ?? action} after ${elapsedSeconds} s${id ? ` [id=${id}]` : ''}`;
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

/** What a job does at the moment, for the live line. */
export class JobActivity {
  #step = 'queued';
  #percent = 0;
  #planned = 0;
  #finished = 0;
  readonly #inFlight = new Map<string, string>();

  add(event: SentJobEvent): void {
    if (event.type === 'step_started') this.#step = event.step;
    if (event.type === 'progress') {
      this.#percent = event.percent;
      this.#planned = event.planned;
      this.#finished = event.finished;
    }
    if (event.type === 'resource_started')
      this.#inFlight.set(event.address, doing[event.action] ?? event.action);
    if (event.type === 'resource_finished') this.#inFlight.delete(event.address);
  }

  text(): string {
    const [first, ...others] = this.#inFlight;
    const resources = this.#planned > 0 ? `, ${this.#finished} of ${this.#planned} resources` : '';
    const now = first ? `: ${first[1]} ${printable(first[0])}` : '';
    const more = others.length > 0 ? ` and ${others.length} more` : '';
    return `${bar(this.#percent)} ${this.#percent} %  ${this.#step}${resources}${now}${more}`;
  }
}

function bar(percent: number): string {
  const width = 20;
  const full = Math.round((Math.min(100, Math.max(0, percent)) * width) / 100);
  return `[${'#'.repeat(full)}${' '.repeat(width - full)}]`;
}
