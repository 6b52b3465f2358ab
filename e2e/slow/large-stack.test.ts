import type { JobView } from '@deployment-engine/contracts';
import { pipelineClient } from '../../testing/pipelines.ts';
import { sharedEngine } from '../../testing/shared-engine.ts';
import { type Note, notesRepository } from '../../testing/stacks/notes.ts';
import { waitFor } from '../../testing/wait.ts';

const slots = 2;
const services = 5;
const perService = 20;
const size = services * perService;
/** A hundred runs of Terraform on a busy machine. */
const limitMs = 1_500_000;

const { client } = sharedEngine({ runnerEnv: { RUNNER_SLOTS: String(slots) } });
const notes = pipelineClient(client, 'notes');

/** In each service four waves of five; every component of a later wave copies what only an apply of the one before makes known. */
const large: Record<string, Note> = Object.fromEntries(
  Array.from({ length: size }, (_, index) => {
    const [service, place] = [Math.floor(index / perService), index % perService];
    const before = place < 5 ? {} : { marks: [`s${service}/c${place - 5}`] };
    return [`s${service}/c${place}`, { text: `note ${index}`, ...before }];
  }),
);
const body = { files: notesRepository(large), environment: 'large', autoApprove: true, parallelism: 50 };

test(
  'a stack of 100 components leaves others their turns, and deploys each component once',
  async () => {
    const id = await notes.start('apply', body);
    await waitFor('the stack to fill the slots', async () => ((await counts(id)).applying ?? 0) > slots);

    const single = 'resource "terraform_data" "a" {\n}\n';
    const [first, second, third, other] = await Promise.all([
      ...['one', 'two', 'three'].map((projectId) =>
        client.complete('/api/deploy', { projectId, iacCode: single }),
      ),
      notes.run('apply', {
        files: notesRepository({ 'a/b': { text: 'x' }, 'a/c': { text: 'y', marks: ['a/b'] } }),
        environment: 'small',
        autoApprove: true,
      }),
    ] as const);
    expect(other).toMatchObject({ status: 'completed', counts: { succeeded: 2 } });
    const { pending = 0, applying = 0 } = await counts(id);
    expect(pending + applying).toBeGreaterThan(size / 2);

    const ended = await notes.ended(id, limitMs);
    expect(ended).toMatchObject({ status: 'completed', error: null, counts: { succeeded: size } });
    expect(new Set(ended.components.map(({ jobId }) => jobId)).size).toBe(size);
    const jobs = await jobsOf(id);
    for (const job of [first, second, third] as JobView[])
      expect(startedWhileWaiting(jobs, job)).toBeLessThanOrEqual(3 * slots);
    expect(
      jobs.map(({ projectId, type, status }) => `${projectId} ${type} ${status}`).toSorted(),
    ).toStrictEqual(ended.components.map(({ projectId }) => `${projectId} deploy completed`).toSorted());
    await expectState();

    const again = await notes.run('apply', body, limitMs);
    expect(again).toMatchObject({ status: 'completed', counts: { unchanged: size } });
    expect(await jobsOf(again.pipelineId)).toStrictEqual([]);
  },
  limitMs,
);

async function counts(pipelineId: string): Promise<Record<string, number>> {
  return (await client.get(`/api/stacks/pipelines/${pipelineId}`)).body.counts;
}

async function jobsOf(pipelineId: string): Promise<JobView[]> {
  const jobs: JobView[] = [];
  for (let cursor = ''; ; ) {
    const { body: page } = await client.get(`/api/deploy/jobs?limit=100${cursor}`);
    jobs.push(...page.jobs.filter((job: JobView) => job.pipelineId === pipelineId));
    if (page.nextCursor === null) return jobs;
    cursor = `&cursor=${page.nextCursor}`;
  }
}

/** How many of the stack's jobs started while a job of nobody waited for its turn. */
function startedWhileWaiting(jobs: JobView[], { startTime, processingTime }: JobView): number {
  return jobs.filter(
    ({ processingTime: started }) =>
      started !== null && started > startTime && started < (processingTime ?? ''),
  ).length;
}

/** Each component has its one object, and has copied the id of the right one. */
async function expectState(): Promise<void> {
  const { body: state } = await client.get('/api/stacks/notes/environments/large/state');
  const resources = Object.entries(
    state.resources as Record<
      string,
      { actual_state: { resource_count: number }; outputs: Record<string, unknown> }
    >,
  );
  expect(resources.map(([component]) => component).toSorted()).toStrictEqual(Object.keys(large).toSorted());
  const byId = new Map(resources);
  for (const [component, { actual_state, outputs }] of resources) {
    const { text, marks = [] } = large[component] ?? { text: '' };
    expect({ component, objects: actual_state.resource_count, outputs }).toStrictEqual({
      ...{ component, objects: 1 },
      outputs: { id: outputs.id, text, values: marks.map((other) => byId.get(other)?.outputs.id) },
    });
    expect(outputs.id).toMatch(/^[0-9a-f-]{36}$/);
  }
}
