import { isPipelineFinished, type JobEvent } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { listEvents } from '../jobs/events/store.ts';
import { listPipelineEvents, type PipelineEvent } from './events.ts';
import type { TaskRow } from './rows.ts';
import { findPipeline, tasksOf } from './store.ts';

const heartbeatMs = 15_000;
const pageSize = 500;

/**
 * Where a listener is: the number of the pipeline's last event, and of the last event of each task's plan job and job.
 * As text: `7-12.0.3.5`, with two numbers a task.
 */
type Position = { pipeline: number; jobs: number[] };

type Source = { jobId: string; component: string; place: number };

/**
 * Streams the events of a pipeline and of all its jobs after `Last-Event-ID` (or `?lastEventId=`), each once, those of
 * one job in order, and ends after the pipeline's last one. Answers 204, which tells an EventSource to stop, if the
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
  if (response.destroyed) return;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  if (request.method === 'HEAD') return void response.end();
  response.write('retry: 1000\n\n');
  const stream = new PipelineStream(context, pipelineId, visible, position, response);
  const heartbeat = setInterval(() => void beat(context, request, response), heartbeatMs);
  const unsubscribe = context.pipelineFeed.subscribe(() => stream.wake());
  context.metrics.sseListeners.inc();
  response.on('close', () => {
    clearInterval(heartbeat);
    unsubscribe();
    context.metrics.sseListeners.dec();
  });
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
  for (const { jobId, component, place } of sourcesOf(await tasksOf(query, pipelineId)))
    if (visible.has(component) && (await listEvents(query, jobId, position.jobs[place] ?? 0, 1)).length > 0)
      return false;
  return true;
}

async function beat(context: Context, request: Request, response: Response): Promise<void> {
  const admitted = await context.access.stillAdmits(request);
  if (response.writableEnded) return;
  if (admitted) response.write(': still here\n\n');
  else response.end();
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
      if (wasFull) this.#isStale = true;
      else if (isLast || !pipeline) this.#response.end();
    }
  }

  /** Sends events of jobs before those of the pipeline, which tell how they ended. Returns whether there may be more. */
  async #sendNews(): Promise<boolean> {
    const { query } = this.#context.database;
    const tasks = await tasksOf(query, this.#pipelineId);
    const told = await listPipelineEvents(query, this.#pipelineId, this.#position.pipeline, pageSize);
    let isFull = told.length === pageSize;
    for (const source of sourcesOf(tasks)) {
      if (!this.#visible.has(source.component)) continue;
      const after = this.#position.jobs[source.place] ?? 0;
      const events = await listEvents(query, source.jobId, after, pageSize);
      for (const event of events) this.#sendJobEvent(source, event);
      isFull ||= events.length === pageSize;
    }
    for (const event of told) this.#sendOwnEvent(event);
    return isFull;
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

function sourcesOf(tasks: TaskRow[]): Source[] {
  return tasks.flatMap(({ no, component, plan_job_id, job_id }) => [
    ...(plan_job_id === null ? [] : [{ jobId: plan_job_id, component, place: 2 * no }]),
    ...(job_id === null ? [] : [{ jobId: job_id, component, place: 2 * no + 1 }]),
  ]);
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
