import { join } from 'node:path';
import { describeUnless } from '../../scripts/jest/unless.ts';
import { startAwsFront } from '../../testing/aws-front.ts';
import { createClient } from '../../testing/client.ts';
import { Engine } from '../../testing/engine.ts';
import { type LocalAws, skipWithoutAws, startLocalAws } from '../../testing/local-aws.ts';
import { pipelineClient } from '../../testing/pipelines.ts';
import { readTree } from '../../testing/repository.ts';
import { edited } from '../../testing/stacks/quick-repo-open.ts';
import { runningImages, stackObjects } from '../../testing/stacks/stack-objects.ts';

const skip = skipWithoutAws();

/** The provider polls a database and a load balancer for minutes; on a busy machine more. */
const limitMs = 1_500_000;

const database = 'stacks/user-platform/services/notification-service/components/database/rds.yaml';
/** The one file that the first example lacks: its database and its service need a network. */
const networking = JSON.stringify({
  apiVersion: 'infra.deployer.io/v1',
  kind: 'Networking',
  metadata: { name: 'networking', stack: 'user-platform' },
  spec: {
    vpc: { create: true, cidrBlock: '10.30.0.0/16' },
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    natGateway: { enabled: false },
  },
});
const files = {
  ...Object.fromEntries(readTree(join(import.meta.dirname, '../../testing/stacks/repo-seed'))),
  'stacks/user-platform/infra/networking.yaml': networking,
};
const v1 = { files, environment: 'development', variables: { VERSION: 'v1.0.0' } };

describeUnless(skip)('the first example on a local AWS', () => {
  let aws: LocalAws;
  let front: Awaited<ReturnType<typeof startAwsFront>>;
  let engine: Engine;
  let before: string[] = [];
  beforeAll(async () => {
    aws = await startLocalAws();
    front = await startAwsFront(aws.url);
    engine = await Engine.start({ gatewayEnv: { ...aws.env, AWS_ENDPOINT_URL: front.url } });
    before = await stackObjects(aws);
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    await front?.stop();
    await aws?.stop();
  });

  test(
    'is planned, approved, deployed, deployed again with nothing to do, in a new version, and destroyed',
    async () => {
      const client = createClient(engine.url);
      const stack = pipelineClient(client, 'user-platform');
      const run = (operation: string, body: object) => stack.run(operation, body, limitMs);
      const planned = await run('apply', v1);
      expect(planned).toMatchObject({ status: 'awaiting_approval', counts: { planned: 3 } });
      const applied = await stack.approve(planned);
      expect(applied).toMatchObject({ status: 'completed', error: null, counts: { succeeded: 3 } });
      const images = (version: string) => [
        `123456789012.dkr.ecr.us-east-1.amazonaws.com/notification-api:${version}`,
      ];
      expect(await runningImages(aws, 'user-platform-development')).toStrictEqual(images('v1.0.0'));
      const again = await run('apply', v1);
      expect(again).toMatchObject({ status: 'completed', counts: { unchanged: 3 } });

      const v2 = { ...v1, variables: { VERSION: 'v1.1.0' }, autoApprove: true };
      const next = await run('apply', v2);
      expect(next).toMatchObject({
        status: 'completed',
        error: null,
        counts: { succeeded: 1, unchanged: 2 },
      });
      expect(await runningImages(aws, 'user-platform-development')).toStrictEqual(images('v1.1.0'));

      const open = edited(files, database, 'spec:\n', 'spec:\n  deletionProtection: false\n');
      const opened = { ...v1, files: open, variables: { VERSION: 'v1.1.0' }, autoApprove: true };
      expect(await run('apply', opened)).toMatchObject({ status: 'completed', counts: { succeeded: 1 } });
      const destroyed = await run('destroy', { environment: 'development', autoApprove: true });
      expect(destroyed).toMatchObject({ status: 'completed', error: null });
      expect((await stackObjects(aws)).filter((object) => !before.includes(object))).toStrictEqual([]);
    },
    limitMs,
  );
});
