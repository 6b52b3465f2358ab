import { describeUnless } from '../scripts/jest/unless.ts';
import { createClient } from '../testing/client.ts';
import { type Cluster, startCluster } from '../testing/cluster.ts';
import { pipelineClient } from '../testing/pipelines.ts';
import { skipWithoutPostgres } from '../testing/postgres.ts';
import { type Note, notesRepository } from '../testing/stacks/notes.ts';
import { waitFor } from '../testing/wait.ts';

describeUnless(skipWithoutPostgres())('pipelines of two gateways on PostgreSQL', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ gateways: 2, runners: 2 });
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());
  const clients = () => cluster.gateways.map(({ url }) => createClient(url));
  const [left, right] = [() => clients()[0] as never, () => clients()[1] as never];

  const chain = (length: number): Record<string, Note> =>
    Object.fromEntries(
      Array.from({ length }, (_, index) => [
        `chain/c${index}`,
        { text: `${index}`, ...(index === 0 ? {} : { marks: [`chain/c${index - 1}`] }) },
      ]),
    );

  test('of ten requests at two gateways that do not wait, one gets the stack', async () => {
    const body = { files: notesRepository(chain(1)), environment: 'contended', wait: false };
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => clients()[index % 2]?.post('/api/stacks/notes/apply', body)),
    );
    const accepted = answers.filter((answer) => answer?.status === 202);
    expect(accepted).toHaveLength(1);
    expect(answers.filter((answer) => answer?.body.code === 'stack_locked')).toHaveLength(9);
  });

  test('pipelines that wait for the same stack are deployed one after another, each as it was asked for', async () => {
    const ids = await Promise.all(
      ['a', 'b', 'c'].map((text, index) =>
        pipelineClient(index % 2 === 0 ? left() : right(), 'notes').start('apply', {
          files: notesRepository({ 'one/note': { text } }),
          environment: 'queued',
          autoApprove: true,
        }),
      ),
    );
    const views = await Promise.all(ids.map((id) => pipelineClient(left(), 'notes').ended(id)));
    expect(views.map(({ status }) => status)).toStrictEqual(['completed', 'completed', 'completed']);
    const spans = views
      .map(({ startedAt, finishedAt }) => [Date.parse(startedAt ?? ''), Date.parse(finishedAt ?? '')])
      .toSorted(([one = 0], [other = 0]) => one - other);
    for (const [index, [start = 0]] of spans.entries())
      if (index > 0) expect(start).toBeGreaterThanOrEqual(spans[index - 1]?.[1] ?? 0);
  });

  test('the other gateway ends the pipeline of one that was killed', async () => {
    const id = await pipelineClient(left(), 'notes').start('apply', {
      files: notesRepository(chain(4)),
      environment: 'killed',
      autoApprove: true,
    });
    const view = async () => (await clients()[1]?.get(`/api/stacks/pipelines/${id}`))?.body;
    await waitFor('the second component', async () => (await view())?.counts.succeeded > 0);
    await cluster.gateways[0]?.child.stop('SIGKILL');
    const ended = await pipelineClient(right(), 'notes').ended(id);
    expect({ status: ended.status, error: ended.error }).toStrictEqual({ status: 'completed', error: null });
    const jobs = ended.components.map(({ jobId }) => jobId);
    expect(new Set(jobs).size).toBe(4);
    await cluster.gateways[0]?.restart();
  });
});
