import {
  isPipelineFinished,
  type PipelineEventBody,
  type PipelineStatus,
} from '@deployment-engine/contracts';
import type { Context } from '../../context.ts';
import type { Redactor } from '../../projects/redaction/redactor.ts';
import { createAnswerRedactors } from '../../projects/secrets/answer-redactors.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import type { Query } from '../../server/database/open.ts';
import { type TaskContent, taskContent } from '../contents.ts';
import { appendEvents } from '../events.ts';
import {
  type ComponentRow,
  isEnded,
  needsOf,
  type PipelineRow,
  type PipelineSettings,
  settingsOf,
  type TaskRow,
} from '../rows.ts';
import { deployedComponents, jobsOfTasks, tasksOf } from '../store.ts';
import { type LockNote, lockFacts } from './lock-notes.ts';

type TaskPatch = Partial<Omit<TaskRow, 'pipeline_id' | 'no' | 'component' | 'project_id' | 'action'>>;
type PipelinePatch = Partial<Omit<PipelineRow, 'id' | 'seq' | 'status' | 'last_event_seq'>>;

/**
 * One step of a pipeline: a transaction that holds the pipeline's row. It reads all there is, does what can be done now,
 * and keeps nothing in memory, so a gateway that dies in it leaves the pipeline as it was before.
 */
export class Step {
  readonly context: Context;
  readonly trx: Query;
  pipeline: PipelineRow;
  readonly settings: PipelineSettings;
  readonly tasks: TaskRow[];
  /** By id. */
  readonly jobs: Map<string, JobRow>;
  /** What the environment had deployed when the step began, by component. */
  readonly deployed: Map<string, ComponentRow>;
  readonly #contents = new Map<string, TaskContent>();
  readonly #events: PipelineEventBody[] = [];
  /** Told to the audit log with the step, and counted once it is committed. */
  readonly locks: LockNote[] = [];

  private constructor(
    context: Context,
    trx: Query,
    read: {
      pipeline: PipelineRow;
      tasks: TaskRow[];
      jobs: Map<string, JobRow>;
      deployed: Map<string, ComponentRow>;
    },
  ) {
    this.context = context;
    this.trx = trx;
    this.pipeline = read.pipeline;
    this.settings = settingsOf(read.pipeline);
    this.tasks = read.tasks;
    this.jobs = read.jobs;
    this.deployed = read.deployed;
  }

  /** The transaction must have locked the pipeline's row. */
  static async open(context: Context, trx: Query, pipeline: PipelineRow): Promise<Step> {
    const tasks = await tasksOf(trx, pipeline.id);
    const jobs = await jobsOfTasks(trx, tasks);
    const rows = await deployedComponents(trx, pipeline.stack, pipeline.environment);
    const deployed = new Map(rows.map((row) => [row.component, row]));
    return new Step(context, trx, { pipeline, tasks, jobs, deployed });
  }

  content(task: TaskRow): TaskContent {
    const known = this.#contents.get(task.component);
    if (known) return known;
    const content = taskContent(this.context.encryption, task);
    this.#contents.set(task.component, content);
    return content;
  }

  task(component: string): TaskRow | undefined {
    return this.tasks.find((task) => task.component === component);
  }

  jobOf({ job_id, plan_job_id }: TaskRow): JobRow | undefined {
    const id = job_id ?? plan_job_id;
    return id === null ? undefined : this.jobs.get(id);
  }

  /** Returns the redactor for texts about a job. It reads in the step's transaction, like all else. */
  redactorOf({ id, project_id: projectId }: JobRow): Promise<Redactor> {
    const database = { ...this.context.database, query: this.trx };
    return createAnswerRedactors({ ...this.context, database })({ projectId, jobId: id });
  }

  /** The tasks of this pipeline that must end before the task. */
  needs(task: TaskRow): TaskRow[] {
    const names = new Set(needsOf(task));
    return this.tasks.filter(({ component }) => names.has(component));
  }

  /** Changes a task; with a message, or if the status changes, listeners are told. */
  async setTask(task: TaskRow, patch: TaskPatch, message?: string): Promise<void> {
    const status = patch.status ?? task.status;
    const ended = isEnded({ status }) ? { finished_at: new Date() } : {};
    const full = { ...patch, ...(message === undefined ? {} : { reason: message }), ...ended };
    await this.trx
      .updateTable('pipeline_tasks')
      .set(full)
      .where('pipeline_id', '=', task.pipeline_id)
      .where('no', '=', task.no)
      .execute();
    const isNews = status !== task.status || message !== undefined;
    Object.assign(task, full);
    if (!isNews) return;
    const { component, action, reason } = task;
    this.#events.push({ type: 'task_status', component, action, status, message: reason ?? '' });
  }

  async setPipeline(patch: PipelinePatch): Promise<void> {
    await this.trx.updateTable('pipelines').set(patch).where('id', '=', this.pipeline.id).execute();
    this.pipeline = { ...this.pipeline, ...patch };
  }

  async setStatus(status: PipelineStatus, message: string, patch: PipelinePatch = {}): Promise<void> {
    const ended = isPipelineFinished(status) ? { finished_at: new Date(), waiting_reason: null } : {};
    const full = { ...patch, ...ended, status };
    await this.trx.updateTable('pipelines').set(full).where('id', '=', this.pipeline.id).execute();
    this.pipeline = { ...this.pipeline, ...full };
    this.#events.push({ type: 'pipeline_status', status, message });
  }

  /** Stores the step's events. Returns whether the step changed anything that a next one could go on with. */
  async close(): Promise<boolean> {
    await this.setPipeline({ worked_at: new Date() });
    await appendEvents(this.trx, this.pipeline.id, this.#events);
    for (const note of this.locks) await this.context.audit.append(this.trx, lockFacts(note));
    return this.#events.length > 0;
  }
}
