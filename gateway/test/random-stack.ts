import type { PipelineView } from '@deployment-engine/contracts';
import type { ComponentPlan } from '@deployment-engine/stacks';
import { wavesOf } from '@deployment-engine/stacks';
import fc from 'fast-check';
import { enginePrincipal } from '../src/access/principal.ts';
import { transition } from '../src/jobs/transition.ts';
import { emptyContent } from '../src/pipelines/contents.ts';
import { codeTasks } from '../src/pipelines/create/code.ts';
import { insertPipeline } from '../src/pipelines/create/new-pipeline.ts';
import type { Scope } from '../src/pipelines/create/scope.ts';
import { defaultSettings, type PipelineSettings } from '../src/pipelines/rows.ts';
import { deployedComponents } from '../src/pipelines/store.ts';
import { advance } from '../src/pipelines/work/advance.ts';
import {
  findRevision,
  prepareRevision,
  readRevisionFiles,
  saveContent,
} from '../src/projects/revisions/store.ts';
import { newestStateVersion, saveStateVersion } from '../src/projects/states/store.ts';
import type { JobRow } from '../src/server/database/job-row.ts';
import type { Query } from '../src/server/database/open.ts';
import type { TestGateway } from './support.ts';

/**
 * Components by id: whose outputs each needs, what else it comes after, the version of its code, and whether its output tells
 * the version.
 */
export type RandomStack = Map<
  string,
  { needs: string[]; after?: string[]; version: number; isLoud: boolean }
>;

const ids = ['a/one', 'a/two', 'a/three', 'b/one', 'b/two', 'b/three', 'c/one', 'c/two'];

/** Stacks without cycles: a component needs only components before it. */
export const randomStacks: fc.Arbitrary<RandomStack> = fc
  .integer({ min: 1, max: ids.length })
  .chain((size) =>
    fc.tuple(
      ...ids.slice(0, size).map((_, index) =>
        fc.record({
          needs: fc.subarray(ids.slice(0, index)).map((needs) => needs.slice(0, 3)),
          version: fc.constant(1),
          isLoud: fc.boolean(),
        }),
      ),
    ),
  )
  .map((components) => new Map(components.map((component, index) => [ids[index] ?? '', component])));

export type Ask = Scope & { withDependencies?: boolean; withDependents?: boolean };

/** Deploys and destroys random stacks in one environment, with jobs that the test ends itself: there is no runner. */
export class StackInTest {
  readonly #it: TestGateway;
  readonly environment: string;
  /** Components whose jobs fail. */
  failing = new Set<string>();
  /** Components in the order in which their jobs were begun and completed, of all pipelines. */
  readonly log: { component: string; type: string; what: 'queued' | 'completed' }[] = [];

  constructor(it: TestGateway, environment: string) {
    this.#it = it;
    this.environment = environment;
  }

  /** Queues an apply of the stack as a request does, and returns the pipeline's id. */
  async apply(stack: RandomStack, settings: Partial<PipelineSettings> = {}, ask: Ask = {}): Promise<string> {
    const { context } = this.#it.gateway;
    const names = { stack: 'random', environment: this.environment };
    const components = plansOf(stack, this.environment).map((plan) => ({ plan, files: {} }));
    const code = new Map<string, Awaited<ReturnType<typeof prepareRevision>>>();
    for (const [id, { version, isLoud }] of stack)
      code.set(id, await prepareRevision({ 'main.tf': JSON.stringify({ id, version, isLoud }) }, {}));
    return context.database.query.transaction().execute(async (trx) => {
      for (const prepared of code.values()) await saveContent(trx, prepared);
      const rows = await deployedComponents(trx, 'random', this.environment);
      const request = { ...names, withDependencies: false, withDependents: false, ...ask };
      const { id } = await insertPipeline(
        context,
        trx,
        {
          ...request,
          type: 'apply',
          revision: null,
          settings: { ...defaultSettings, autoApprove: true, prune: true, ...settings },
          content: emptyContent,
          tasks: codeTasks(context, request, { components }, code, rows),
          wait: true,
        },
        enginePrincipal,
      );
      return id;
    });
  }

  /** Posts to the API and returns the pipeline's id. */
  async post(path: string, body: object): Promise<string> {
    const answer = await this.#it.client.post(path, body);
    if (answer.status !== 202) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.pipelineId;
  }

  destroy(body: object = {}): Promise<string> {
    const { environment } = this;
    return this.post('/api/stacks/random/destroy', { environment, autoApprove: true, ...body });
  }

  /** Works on the pipeline's jobs one by one, in the order that `pick` says, and calls `seen` while it works on each. */
  async run(
    pipelineId: string,
    pick: (count: number) => number,
    seen: (view: PipelineView, jobs: number) => Promise<void> | void = () => {},
  ): Promise<PipelineView> {
    const { context } = this.#it.gateway;
    const known = new Set<string>();
    for (let ended = 0; ; ended += 1) {
      while (await advance(context, pipelineId));
      const view = await this.view(pipelineId);
      const jobs = await this.#openJobs(pipelineId);
      for (const job of jobs) this.#note(job, 'queued', known);
      if (view.finishedAt) return view;
      const job = jobs[pick(jobs.length)];
      if (!job) throw new Error(`pipeline ${pipelineId} is ${view.status} and has no job at work`);
      const { query } = context.database;
      await transition(query, { jobId: job.id }, 'claim', 'started', { gate_passed_at: new Date() });
      await seen(view, ended);
      await this.#end(job);
    }
  }

  async view(pipelineId: string): Promise<PipelineView> {
    return (await this.#it.client.get(`/api/stacks/pipelines/${pipelineId}`)).body;
  }

  async deployed(): Promise<string[]> {
    const rows = await deployedComponents(
      this.#it.gateway.context.database.query,
      'random',
      this.environment,
    );
    return rows.map(({ component }) => component).sort();
  }

  #openJobs(pipelineId: string): Promise<JobRow[]> {
    return this.#it.gateway.context.database.query
      .selectFrom('jobs')
      .selectAll()
      .where('pipeline_id', '=', pipelineId)
      .where('status', '=', 'pending')
      .orderBy('seq')
      .execute();
  }

  #note(job: JobRow, what: 'queued' | 'completed', known?: Set<string>): void {
    if (known?.has(job.id)) return;
    known?.add(job.id);
    this.log.push({ component: componentOf(job), type: job.type, what });
  }

  async #end(job: JobRow): Promise<void> {
    const { context } = this.#it.gateway;
    const component = componentOf(job);
    await context.database.query.transaction().execute(async (trx) => {
      if (this.failing.has(component)) {
        const error = JSON.stringify({ message: 'it fails' });
        await transition(trx, { jobId: job.id }, 'fail', 'it fails', { error });
        return;
      }
      const version = { projectId: job.project_id, jobId: job.id, raw: await stateAfter(trx, job) };
      await saveStateVersion(trx, context.encryption, version);
      await transition(trx, { jobId: job.id }, 'complete', 'done');
    });
    if (!this.failing.has(component)) this.#note(job, 'completed');
  }
}

function componentOf({ project_id }: Pick<JobRow, 'project_id'>): string {
  return project_id.split('.').slice(2).join('/');
}

/** One object, whose output tells the version of the code if it is loud; a destroy leaves none. */
async function stateAfter(trx: Query, { project_id, revision, type }: JobRow): Promise<Buffer> {
  const newest = await newestStateVersion(trx, project_id);
  const found = await findRevision(trx, project_id, revision ?? 0);
  const files = await readRevisionFiles(trx, found?.digest ?? '');
  const { version, isLoud } = JSON.parse(files.get('main.tf')?.toString() ?? '{}');
  const object = { mode: 'managed', type: 'a', name: 'b', instances: [{ attributes: {} }] };
  const isDestroy = type === 'destroy';
  return Buffer.from(
    JSON.stringify({
      version: 4,
      serial: (newest?.serial ?? 0) + 1,
      lineage: project_id,
      outputs: isDestroy ? {} : { out: { value: isLoud ? version : 'quiet', type: 'string' } },
      resources: isDestroy ? [] : [object],
    }),
  );
}

function plansOf(stack: RandomStack, environment: string): ComponentPlan[] {
  const edges = [...stack].flatMap(([component, { needs, after = [] }]) =>
    [...needs, ...after].map((dependsOn) => ({ component, dependsOn })),
  );
  return wavesOf(stack.keys(), edges).flatMap((wave, index) =>
    wave.map((id) => {
      const [service = '', name = ''] = id.split('/');
      const { needs = [], after = [] } = stack.get(id) ?? {};
      return {
        id,
        service,
        name,
        kind: 'Note',
        kindOrigin: 'repository',
        region: 'us-east-1',
        projectId: `random.${environment}.${service}.${name}`,
        spec: {},
        infra: {},
        configs: {},
        labels: {},
        annotations: {},
        dependsOn: [...needs, ...after].sort(),
        inputs: needs.map((component) => ({ name: `${component}.out`, component, output: 'out' })),
        stateful: false,
        usualMinutes: 1,
        wave: index + 1,
        outputs: ['out'],
      };
    }),
  );
}
