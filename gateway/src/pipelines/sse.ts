import { isPipelineFinished, type JobEvent } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { dropSlowListener, openEventStream } from '../http/event-stream.ts';
import { listEventsOfJobs } from '../jobs/events/store.ts';
import type { Query } from '../server/database/open.ts';
import { listPipelineEvents, type PipelineEvent } from './events.ts';
import { mergeByTime } from './merge-by-time.ts';
import { findPipeline } from './store.ts';

const pageSize = 500;

/**
 * Where a listener is: the number of the pipeline's last event, and of the last event of each task's plan job and job.
 * As text: `7-12.0.3.5`, with two numbers a task.
 */
type Position = { pipeline: number; jobs: number[] };

type Source = { jobId: string; component: string; place: number };

/**
 * Streams the events of a pipeline and of all its jobs after `Last-Event-ID` (or `?lastEventId=`), each once, by time and
 * those of one job in order, and ends after the pipeline's last one. Answers 204, which tells an EventSource to stop, if the
 * listener has all events.
 */
export async function streamPipelineEvents(
  context: Context,
  pipelineId: string,
  visible: Set<string>,
  request: Request,
  response: Response,
): Promise<void> {
  const position = positionOf(request);
  if (await hasAll(context, pipelineId, visible, position)) return void response.status(204).end();
  if (!openEventStream(context, request, response)) return;
  const stream = new PipelineStream(context, pipelineId, visible, position, response);
  response.on(
    'close',
    context.pipelineFeed.subscribe(() => stream.wake()),
  );
  stream.wake();
}

/** Whether the pipeline has ended and all its events were sent. What is unfinished when it is read may have more. */
async function hasAll(
  { database: { query } }: Context,
  pipelineId: string,
  visible: Set<string>,
  position: Position,
): Promise<boolean> {
  const pipeline = await findPipeline(query, pipelineId);
  if (!pipeline || !isPipelineFinished(pipeline.status)) return false;
  if ((await listPipelineEvents(query, pipelineId, position.pipeline, 1)).length > 0) return false;
  const sources = await visibleSources(query, pipelineId, visible);
  return (await newsOf(query, sources, position, 1)).length === 0;
}

class PipelineStream {
  readonly #context: Context;
  readonly #pipelineId: string;
  readonly #visible: Set<string>;
  readonly #position: Position;
  readonly #response: Response;
  #isReading = false;
  #isStale = false;

  constructor(
    context: Context,
    pipelineId: string,
    visible: Set<string>,
    position: Position,
    response: Response,
  ) {
    this.#context = context;
    this.#pipelineId = pipelineId;
    this.#visible = visible;
    this.#position = position;
    this.#response = response;
  }

  wake(): void {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    this.#readAll()
      .catch(() => void this.#response.destroy()) // the listener resumes where it was
      .finally(() => {
        this.#isReading = false;
        if (this.#isStale && this.#isOpen()) this.wake();
      });
  }

  #isOpen(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed;
  }

  async #readAll(): Promise<void> {
    while (this.#isStale && this.#isOpen()) {
      this.#isStale = false;
      // What ended before this look has all its events stored.
      const pipeline = await findPipeline(this.#context.database.query, this.#pipelineId);
      const isLast = pipeline !== undefined && isPipelineFinished(pipeline.status);
      const wasFull = await this.#sendNews();
      if (dropSlowListener(this.#response)) return;
      if (wasFull) this.#isStale = true;
      else if (isLast || !pipeline) this.#response.end();
    }
  }

  /**
   * Sends what is new in the order of its time, and the pipeline's end after all else. A full page of jobs' events goes
   * first, as there are more of them. Returns whether there may be more.
   */
  async #sendNews(): Promise<boolean> {
    const { query } = this.#context.database;
    const told = await listPipelineEvents(query, this.#pipelineId, this.#position.pipeline, pageSize);
    const sources = await visibleSources(query, this.#pipelineId, this.#visible);
    const news = await newsOf(query, sources, this.#position, pageSize);
    const jobs = news.map(({ source, event }) => ({
      at: event.at,
      jobId: source.jobId,
      send: () => this.#sendJobEvent(source, event),
    }));
    const own = told.map((event) => ({ at: event.at, jobId: '', send: () => this.#sendOwnEvent(event) }));
    const isFull = news.length === pageSize;
    const end = told.at(-1)?.body;
    const last = end?.type === 'pipeline_status' && isPipelineFinished(end.status) ? own.splice(-1) : [];
    const lists = Map.groupBy(isFull ? jobs : [...jobs, ...own], ({ jobId }) => jobId);
    for (const { send } of mergeByTime([...lists.values()])) send();
    if (isFull) return true;
    for (const { send } of last) send();
    return told.length === pageSize;
  }

  #sendJobEvent({ component, jobId, place }: Source, { seq, at, body }: JobEvent): void {
    for (let index = this.#position.jobs.length; index <= place; index += 1) this.#position.jobs[index] = 0;
    this.#position.jobs[place] = seq;
    this.#send(body.type, { component, jobId, seq, at, ...body });
  }

  #sendOwnEvent({ seq, at, body }: PipelineEvent): void {
    this.#position.pipeline = seq;
    if (body.type === 'task_status' && !this.#visible.has(body.component)) return;
    this.#send(body.type, { seq, at, ...body });
  }

  #send(type: string, data: object): void {
    const id = `${this.#position.pipeline}-${this.#position.jobs.join('.')}`;
    this.#response.write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

/** Returns the jobs of the tasks that the caller may see. */
async function visibleSources(query: Query, pipelineId: string, visible: Set<string>): Promise<Source[]> {
  const tasks = await query
    .selectFrom('pipeline_tasks')
    .select(['no', 'component', 'plan_job_id', 'job_id'])
    .where('pipeline_id', '=', pipelineId)
    .execute();
  return tasks
    .filter(({ component }) => visible.has(component))
    .flatMap(({ no, component, plan_job_id, job_id }) => [
      ...(plan_job_id === null ? [] : [{ jobId: plan_job_id, component, place: 2 * no }]),
      ...(job_id === null ? [] : [{ jobId: job_id, component, place: 2 * no + 1 }]),
    ]);
}

/** Returns the events of the jobs after the position, in one query: a listener of a large stack has hundreds of jobs. */
async function newsOf(
  query: Query,
  sources: Source[],
  position: Position,
  limit: number,
): Promise<{ source: Source; event: JobEvent }[]> {
  const byJob = new Map(sources.map((source) => [source.jobId, source]));
  const after = new Map(sources.map(({ jobId, place }) => [jobId, position.jobs[place] ?? 0]));
  const events = await listEventsOfJobs(query, after, limit);
  return events.flatMap(({ jobId, ...event }) => {
    const source = byJob.get(jobId);
    return source ? [{ source, event }] : [];
  });
}

function positionOf(request: Request): Position {
  const text = request.get('last-event-id') ?? request.query.lastEventId ?? '0-';
  const found = typeof text === 'string' ? /^(\d{1,9})-((?:\d{1,9}(?:\.\d{1,9})*)?)$/.exec(text) : null;
  if (!found)
    throw new DomainError('invalid_request', 'the request is not valid', {
      fields: [{ pointer: '/headers/Last-Event-ID', detail: 'must be the id of an event of this pipeline' }],
    });
  const jobs = found[2] ? found[2].split('.').map(Number) : [];
  return { pipeline: Number(found[1]), jobs };
}
