import type { TaskAction } from '@deployment-engine/contracts';
import { emptyContent, pipelinePlace, sealJson, taskPlace } from '../src/pipelines/contents.ts';
import { deployedAfter } from '../src/pipelines/create/again.ts';
import { prunePipelines } from '../src/pipelines/retention.ts';
import { defaultSettings } from '../src/pipelines/rows.ts';
import { startTestGateway, type TestGateway } from './support.ts';

const dayMs = 86_400_000;
let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());
const query = () => it.gateway.context.database.query;
const prune = () => {
  const { context } = it.gateway;
  return prunePipelines({ ...context, config: { ...context.config, stateRetentionDays: 30 } });
};

type Planted = {
  days: number | null;
  tasks: Record<string, TaskAction>;
  type?: 'apply' | 'destroy' | 'plan';
  status?: 'completed' | 'partial' | 'failed';
  service?: string;
};
let counter = 0;

/** Stores pipelines, oldest first. Returns their ids. */
async function plant(environment: string, pipelines: Planted[]): Promise<string[]> {
  const { encryption } = it.gateway.context;
  const ids: string[] = [];
  for (const { days, tasks, type = 'apply', status = 'completed', service = null } of pipelines) {
    const id = `pipeline-1704067200000-${String(++counter).padStart(8, '0')}`;
    const code = `code-${id}`;
    ids.push(id);
    const content = sealJson(encryption, emptyContent, pipelinePlace(id));
    const finished_at = days === null ? null : new Date(Date.now() - days * dayMs);
    const created_at = finished_at ?? new Date();
    await query().insertInto('revision_contents').values({ digest: code, content, paths: '[]' }).execute();
    await query()
      .insertInto('stack_revisions')
      .values({
        ...{ stack: environment, number: ids.length, digest: code, folders: '[]', created_by: 'x' },
        created_at,
      })
      .execute();
    await query()
      .insertInto('pipelines')
      .values({
        ...{ id, stack: environment, environment, type, service, content, created_at, finished_at },
        status: days === null ? 'awaiting_approval' : status,
        revision: ids.length,
        settings: JSON.stringify(defaultSettings),
        created_by: 'x',
      })
      .execute();
    for (const [no, [component, action]] of Object.entries(tasks).entries())
      await query()
        .insertInto('pipeline_tasks')
        .values({
          ...{ pipeline_id: id, no, component, action, wave: 0, needs: '[]' },
          status: status === 'failed' || days === null ? 'failed' : 'succeeded',
          project_id: `${environment}.${component}`,
          content: sealJson(
            encryption,
            { plan: { id: component, dependsOn: [] }, changes: [] },
            taskPlace(id, component),
          ),
          code_digest: action === 'deploy' ? code : null,
        })
        .execute();
  }
  return ids;
}

async function deploys(environment: string, component: string, pipelineId: string): Promise<void> {
  await query()
    .insertInto('stack_components')
    .values({
      ...{ stack: environment, environment, component, pipeline_id: pipelineId },
      project_id: `${environment}.${component}`,
      status: 'deployed',
      content: Buffer.from(''),
      code_digest: `code-${pipelineId}`,
      inputs_digest: '',
    })
    .execute();
}

const rowsOf = (environment: string) =>
  query().selectFrom('pipelines').selectAll().where('environment', '=', environment).orderBy('seq').execute();
const idsOf = async (environment: string) => (await rowsOf(environment)).map(({ id }) => id);

/** What a rollback to each pipeline that is still offered would deploy. */
async function targets(environment: string) {
  const offered = (await rowsOf(environment)).filter(
    (row) => !row.base_only && row.type !== 'plan' && row.finished_at,
  );
  const found: Record<string, Record<string, string>> = {};
  for (const row of offered) {
    const after = await deployedAfter(it.gateway.context, query(), row);
    found[row.id] = Object.fromEntries([...after].map(([id, { codeDigest }]) => [id, codeDigest]));
  }
  return found;
}

test('what an offered rollback needs stays, however old it is; older pipelines are no targets any more', async () => {
  const ids = await plant('base', [
    { days: 90, tasks: { 'a/one': 'deploy', 'b/two': 'deploy' } },
    { days: 80, tasks: { 'a/one': 'deploy' }, service: 'a' },
    { days: 70, tasks: { 'c/gone': 'deploy' }, service: 'c' },
    { days: 60, tasks: { 'c/gone': 'destroy' }, type: 'destroy', service: 'c' },
    { days: 50, tasks: { 'a/one': 'deploy' }, service: 'a' },
    { days: 40, tasks: { 'a/one': 'deploy' }, service: 'a' },
  ]);
  const [whole = '', , , , before = '', last = ''] = ids;
  await deploys('base', 'a/one', last);
  const earlier = await targets('base');
  await prune();
  await prune();
  expect(await idsOf('base')).toStrictEqual([whole, before, last]);
  expect(await targets('base')).toStrictEqual({ [before]: earlier[before], [last]: earlier[last] });
  const { pipelines } = (await it.client.get('/api/stacks/pipelines?environment=base')).body;
  expect(pipelines.map(({ pipelineId }: { pipelineId: string }) => pipelineId)).toStrictEqual([last, before]);
  const refused = await it.client.post('/api/stacks/base/rollback', {
    environment: 'base',
    toPipeline: whole,
  });
  expect(refused).toMatchObject({ status: 404, body: { code: 'pipeline_not_found' } });
});

test('unfinished and young pipelines, the last code and the source of promotions stay; plans and dead environments go', async () => {
  const [whole = '', failed = '', plan = '', waiting = ''] = await plant('live', [
    { days: 500, tasks: { 'a/one': 'deploy' } },
    { days: 400, tasks: { 'a/one': 'deploy' }, service: 'a', status: 'failed' },
    { days: 40, tasks: { 'a/one': 'deploy' }, type: 'plan' },
    { days: null, tasks: { 'a/one': 'deploy' } },
  ]);
  const dead = await plant('dead', [
    { days: 50, tasks: { 'a/one': 'deploy' } },
    { days: 40, tasks: { 'a/one': 'destroy' }, type: 'destroy' },
  ]);
  await plant('young', [{ days: 29, tasks: { 'a/one': 'deploy' } }]);
  await deploys('live', 'a/one', whole);
  await prune();
  expect(await idsOf('live')).toStrictEqual([whole, failed, waiting]);
  expect(await idsOf('live')).not.toContain(plan);
  expect(await idsOf('dead')).toStrictEqual([]);
  expect(await idsOf('young')).toHaveLength(1);
  const contents = await query().selectFrom('revision_contents').select('digest').execute();
  const digests = contents.map(({ digest }) => digest);
  expect(digests).toContain(`code-${whole}`);
  expect(digests).not.toContain(`code-${dead[0]}`);
  expect(digests).toContain(`code-${dead[1]}`); // the newest repository, which keeps its number
});

/** Repeatable numbers in [0, 1): mulberry32. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

test.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'random history %i: every pipeline that is still offered brings back the same',
  async (seed) => {
    const next = numbers(seed);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;
    const names = ['a/one', 'a/two', 'b/three'];
    const count = 4 + Math.floor(next() * 8);
    const planted = Array.from({ length: count }, (_, index): Planted => {
      const chosen = names.filter(() => next() < 0.6);
      const tasks = Object.fromEntries(
        (chosen.length > 0 ? chosen : ['a/one']).map(
          (name) => [name, next() < 0.25 ? 'destroy' : 'deploy'] as const,
        ),
      );
      return {
        days: 10 * (count - index),
        tasks,
        status: pick(['completed', 'completed', 'partial', 'failed']),
      };
    });
    const environment = `random-${seed}`;
    const ids = await plant(environment, planted);
    await deploys(environment, 'a/one', ids.at(-1) ?? '');
    const earlier = await targets(environment);
    for (let round = 0; round < 3; round += 1) {
      await prune();
      for (const [id, components] of Object.entries(await targets(environment)))
        expect([id, components]).toStrictEqual([id, earlier[id]]);
    }
    const completed = ids.filter((_, index) => planted[index]?.status === 'completed').slice(-2);
    expect(Object.keys(await targets(environment))).toEqual(
      expect.arrayContaining([...completed, ids.at(-1)]),
    );
  },
);
