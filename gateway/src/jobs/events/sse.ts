import { isFinished, type JobEvent } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Request, Response } from 'express';
import type { Context } from '../../context.ts';
import { dropSlowListener, openEventStream } from '../../http/event-stream.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import { findJob } from '../store.ts';
import { listEvents } from './store.ts';

/**
 * Streams a job's events after `Last-Event-ID` (or `?lastEventId=`), each once and in order, and ends after the job's
 * last one. Answers 204, which tells an EventSource to stop, if the listener has all events or if they were pruned.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function streamJobEvents(
  context: Context,
  jobId: string,
  request: Request,
  response: Response,
): Promise<void> {
  const after = lastEventId(request);
  const job = await findJob(context.database.query, jobId);
  if (job && isFinished(job.status) && !(await hasMore(context, job, after))) {
    response.status(204).end();
    return;
  }
  if (!openEventStream(context, request, response)) return;
  const unsubscribe = context.feed.subscribe(jobId, after, (events) => {
    for (const event of events) response.write(format(event));
    const last = events.at(-1);
    if (last && isLast(last)) response.end();
    else dropSlowListener(response);
  });
  response.on('close', unsubscribe);
}

/** Whether an ended job's last event is stored and was not sent yet. */
async function hasMore(context: Context, job: JobRow, after: number): Promise<boolean> {
  const last = Math.max(after, job.last_event_seq - 1);
  return (await listEvents(context.database.query, job.id, last, 1)).length > 0;
}

function lastEventId(request: Request): number {
  const text = request.get('last-event-id') ?? request.query.lastEventId ?? '0';
  if (typeof text !== 'string' || !/^\d{1,9}$/.test(text))
    throw new DomainError('invalid_request', 'the request is not valid', {
      fields: [{ pointer: '/headers/Last-Event-ID', detail: 'must be the number of an event' }],
    });
  return Number(text);
}

function format(event: JobEvent): string {
  const data = JSON.stringify({ seq: event.seq, at: event.at, ...event.body });
  return `id: ${event.seq}\nevent: ${event.body.type}\ndata: ${data}\n\n`;
}

function isLast(event: JobEvent): boolean {
  return event.body.type === 'job_status' && isFinished(event.body.status);
}
