import { describeUnless } from '../../scripts/jest/unless.ts';
import { skipWithoutAws } from '../../testing/local-aws.ts';
import { pipelineClient, statuses } from '../../testing/pipelines.ts';
import { sharedAwsEngine } from '../../testing/shared-engine.ts';
import { edited, quickRepoOpen } from '../../testing/stacks/quick-repo-open.ts';
import { runningImages, stackObjects } from '../../testing/stacks/stack-objects.ts';

const skip = skipWithoutAws();

/** Of each test: together they take longer than a file usually may, on a busy machine each of them. */
const limitMs = 900_000;

/** Each test goes on where the one before it has ended. */
describeUnless(skip)('the example repository on a local AWS', () => {
  const { aws, client } = sharedAwsEngine(skip);
  const stack = pipelineClient(client, 'user-platform');
  // Stand-ins for what the provider polls for minutes; the other kinds are those of the engine.
  const files = quickRepoOpen();
  const moved = edited(
    files,
    'stacks/user-platform/services/notification-service/components/api/microservice.yaml',
    'port: 8080',
    'port: 9090',
  );
  const base = '/api/stacks/user-platform';
  const [v1, v2] = [{ VERSION: 'v1.0.0' }, { VERSION: 'v2.0.0' }];
  const development = { environment: 'development' };
  let before: string[] = [];

  const created = async () => (await stackObjects(aws())).filter((object) => !before.includes(object));
  const newestJob = async () => (await client.get('/api/deploy/jobs?limit=1')).body.jobs[0].jobId;
  const componentsOf = async (environment: string): Promise<Record<string, string>> => {
    const { body } = await client.get(`${base}/environments/${environment}`);
    return Object.fromEntries(
      body.components.map(({ component, status }: Record<string, string>) => [component, status]),
    );
  };
  beforeAll(async () => {
    const bucket = '/company-lambda-development';
    await aws().call('s3', { method: 'PUT', path: bucket });
    for (const { VERSION } of [v1, v2])
      await aws().call('s3', { method: 'PUT', path: `${bucket}/authorizer/${VERSION}.zip` });
    before = await stackObjects(aws());
  });

  test(
    'is valid, planned as a whole without touching the cloud, and deployed by one approval',
    async () => {
      const checked = await client.post(`${base}/validate`, { files, variables: v1, ...development });
      expect(checked.body).toMatchObject({ valid: true, errors: [] });
      const planned = await stack.run('apply', { files, variables: v1, ...development });
      expect(planned).toMatchObject({ status: 'awaiting_approval', counts: { planned: 13 } });
      expect(await created()).toStrictEqual([]);

      const applied = await stack.approve(planned);
      expect(applied).toMatchObject({ status: 'completed', error: null, counts: { succeeded: 13 } });
      const { body } = await client.get(`${base}/environments/development/state`);
      const resources = Object.values(body.resources) as { actual_state: { resource_count: number } }[];
      const counts = resources.map(({ actual_state }) => actual_state.resource_count);
      expect(counts.reduce((sum, count) => sum + count)).toBe(planned.plan?.create);
      expect(await runningImages(aws(), 'user-platform-development')).toStrictEqual(imagesOf('v1.0.0'));
    },
    limitMs,
  );

  test(
    'has nothing to do when it is applied again: no job, so no Terraform',
    async () => {
      const last = await newestJob();
      const again = await stack.run('apply', { files, variables: v1, ...development });
      expect(again).toMatchObject({ status: 'completed', counts: { unchanged: 13 } });
      expect(await newestJob()).toBe(last);
    },
    limitMs,
  );

  test(
    'a part that changes an output marks what uses it; a new version deploys what runs it, and that',
    async () => {
      const request = { files: moved, ...development, autoApprove: true };
      const part = await stack.run('apply', {
        ...request,
        variables: v1,
        component: 'notification-service/api',
      });
      expect(part).toMatchObject({ status: 'completed', counts: { succeeded: 1 } });
      const outdated = Object.entries(await componentsOf('development')).filter(
        ([, status]) => status !== 'deployed',
      );
      expect(outdated).toStrictEqual([['notification-service/digest', 'outdated']]);

      const plan = { files: moved, variables: v2, ...development, service: 'user-service' };
      const planned = await stack.run('plan', plan);
      expect(planned).toMatchObject({ status: 'completed', counts: { planned: 2, unchanged: 4 } });
      expect(await runningImages(aws(), 'user-platform-development')).toStrictEqual(imagesOf('v1.0.0'));
      const whole = await stack.run('apply', { ...request, variables: v2 });
      expect(whole).toMatchObject({ status: 'completed', error: null });
      const changed = Object.entries(statuses(whole)).filter(([, status]) => status === 'succeeded');
      expect(changed.map(([component]) => component).sort()).toStrictEqual([
        'auth-service/authorizer',
        'notification-service/api',
        'notification-service/digest',
        'user-service/api',
        'user-service/worker',
      ]);
      expect(await runningImages(aws(), 'user-platform-development')).toStrictEqual(imagesOf('v2.0.0'));
      expect(new Set(Object.values(await componentsOf('development')))).toStrictEqual(new Set(['deployed']));
    },
    limitMs,
  );

  test(
    'what was changed behind the engine is found and mended',
    async () => {
      const logGroupName = '/stacks/user-platform/development/notification-service/api';
      const logs = (action: string, body: object) =>
        aws().call('logs', { target: `Logs_20140328.${action}`, body });
      const retention = async () => {
        const found = await logs('DescribeLogGroups', { logGroupNamePrefix: logGroupName });
        return JSON.parse(found).logGroups[0].retentionInDays;
      };
      await logs('PutRetentionPolicy', { logGroupName, retentionInDays: 3 });
      const drift = await stack.run('drift', development);
      expect(drift.components).toHaveLength(13);
      // Nothing else: buckets, groups, roles and topics whose parts are resources of their own are not in drift.
      const found = drift.components.filter(({ drifted }) => drifted !== 0);
      expect(found).toMatchObject([{ component: 'notification-service/api', drifted: 1 }]);
      expect(await retention()).toBe(3);

      const part = { ...development, component: 'notification-service/api' };
      const planned = await stack.run('drift/remediate', part);
      expect(planned).toMatchObject({
        status: 'awaiting_approval',
        plan: { create: 0, update: 1, delete: 0 },
      });
      expect(await stack.approve(planned)).toMatchObject({ status: 'completed', error: null });
      expect(await retention()).toBe(14);
    },
    limitMs,
  );

  test(
    'services that the repository no longer has are destroyed after an approval',
    async () => {
      const kept = Object.entries(moved).filter(([path]) => isKept(path));
      const request = { files: Object.fromEntries(kept), variables: v2, ...development };
      const asks = await stack.run('apply', { ...request, autoApprove: true });
      expect(asks.status).toBe('awaiting_approval');
      expect(await created()).toContainEqual(expect.stringMatching(/^function /));
      const done = await stack.approve(asks);
      expect(done).toMatchObject({ status: 'completed', counts: { succeeded: 6, unchanged: 7 } });
      const left = await created();
      expect(left.filter((object) => /^(function|table|api|topic|schedule) /.test(object))).toStrictEqual([]);
      expect(left).toContain('cluster user-platform-development');
    },
    limitMs,
  );

  test(
    'a promotion deploys the same to staging, beside what runs in development',
    async () => {
      const promoted = await stack.run('promote', { from: 'development', to: 'staging', autoApprove: true });
      expect(promoted).toMatchObject({ status: 'completed', error: null, counts: { succeeded: 7 } });
      for (const cluster of ['user-platform-development', 'user-platform-staging'])
        expect(await runningImages(aws(), cluster)).toStrictEqual(imagesOf('v2.0.0').slice(1));
    },
    limitMs,
  );

  test(
    'a rollback brings a removed service back, and asks because its table holds data',
    async () => {
      const part = { ...development, service: 'auth-service' };
      const asks = await stack.run('rollback', { ...part, autoApprove: true });
      expect(asks).toMatchObject({
        status: 'awaiting_approval',
        waitingReason: expect.stringContaining('data'),
      });
      const back = await stack.approve(asks);
      expect(back).toMatchObject({ status: 'completed', error: null, counts: { succeeded: 3 } });
      const objects = await created();
      for (const sort of ['function', 'table', 'api'])
        expect(objects).toContainEqual(expect.stringMatching(`^${sort} `));
    },
    limitMs,
  );

  test(
    'a destroy leaves nothing in the cloud',
    async () => {
      const ended = await Promise.all(
        ['development', 'staging'].map((environment) =>
          stack.run('destroy', { environment, autoApprove: true }),
        ),
      );
      for (const pipeline of ended) expect(pipeline).toMatchObject({ status: 'completed', error: null });
      expect(await created()).toStrictEqual([]);
    },
    limitMs,
  );
});

/** What is left without two services. */
function isKept(path: string): boolean {
  return !/\/(auth|notification)-service\//.test(path);
}

/** The images of the example's services. */
function imagesOf(version: string): string[] {
  return ['notification-api', 'user-api', 'user-worker'].map(
    (name) => `123456789012.dkr.ecr.us-east-1.amazonaws.com/${name}:${version}`,
  );
}
