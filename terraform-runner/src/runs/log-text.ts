import type { RunEvent } from '@deployment-engine/runner-api';
import type { EventLog } from './event-log.ts';
import { streamEvents } from './event-stream.ts';

/** Yields a run's log as text: its steps, every command with its duration, and Terraform's output. */
export async function* logText(log: EventLog, signal: AbortSignal): AsyncGenerator<string> {
  for await (const chunk of streamEvents(log, { after: 0, follow: false, signal })) {
    const events = chunk
      .split('\n')
      .filter(Boolean)
      .map((line): RunEvent => JSON.parse(line));
    yield events.map(lineOf).join('');
  }
}

function lineOf({ at, body }: RunEvent): string {
  if (body.type === 'log') return `${at} ${body.line}\n`;
  if (body.type === 'step_started') return `${at} == ${body.step}\n`;
  if (body.type === 'step_finished')
    return `${at} == ${body.step}: ${body.ok ? 'done' : 'not done'} after ${(body.durationMs / 1000).toFixed(2)} s\n`;
  if (body.type === 'run_finished') return `${at} == ${body.outcome.kind}\n`;
  return '';
}
