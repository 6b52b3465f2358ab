import { describeUnless } from '../scripts/jest/unless.ts';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { type FailingStacks, startFailingStacks } from '../testing/failing-stacks.ts';
import { type LocalAws, skipWithoutAws, startLocalAws } from '../testing/local-aws.ts';
import { waitFor } from '../testing/wait.ts';

const template = `Resources:
  Queue:
    Type: AWS::SQS::Queue
  Parameter:
    Type: AWS::SSM::Parameter
    Properties:
      Name: greeting
      Type: String
      Value: hello
`;

describeUnless(skipWithoutAws())('a CloudFormation stack that fails', () => {
  let aws: LocalAws | undefined;
  let front: FailingStacks | undefined;
  let engine: Engine | undefined;
  beforeAll(async () => {
    aws = await startLocalAws();
    front = await startFailingStacks(aws.url);
    engine = await Engine.start({ gatewayEnv: { ...aws.env, AWS_ENDPOINT_URL: front.url } });
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    await front?.stop();
    await aws?.stop();
  });

  test('says the first cause with its line, and that nothing is left; the next run replaces it', async () => {
    const client = createClient(engine?.url ?? '');
    front?.fail({
      status: 'ROLLBACK_COMPLETE',
      events: [
        {
          logicalId: 'stack',
          type: 'AWS::CloudFormation::Stack',
          status: 'ROLLBACK_IN_PROGRESS',
          reason:
            'The following resource(s) failed to create: [Queue, Parameter]. Rollback requested by user.',
        },
        {
          logicalId: 'Queue',
          type: 'AWS::SQS::Queue',
          status: 'CREATE_FAILED',
          reason: 'Resource creation cancelled',
        },
        {
          logicalId: 'Parameter',
          type: 'AWS::SSM::Parameter',
          status: 'CREATE_FAILED',
          reason: 'The parameter already exists. (Service: Ssm, Status Code: 400)',
        },
      ],
    });
    const made = await client.post('/api/deployments', {
      ...{ name: 'web', provider: 'aws', cloud_account_id: 'a', environment_id: 'e', auto_approve: true },
      ...{ template_type: 'cloudformation', template_code: template },
    });
    const path = `/api/deployments/${made.body.id}`;
    const ended = () =>
      waitFor(
        'its end',
        async () => {
          const { body } = await client.get(path);
          return ['completed', 'failed'].includes(body.status) && body;
        },
        120_000,
      );
    expect(await ended()).toMatchObject({
      status: 'failed',
      outputs: {},
      error_details: {
        stack_status: 'ROLLBACK_COMPLETE',
        reason: 'The parameter already exists. (Service: Ssm, Status Code: 400)',
        resources: [
          { logical_id: 'Queue', type: 'AWS::SQS::Queue', line: 2 },
          { logical_id: 'Parameter', type: 'AWS::SSM::Parameter', line: 4 },
        ],
      },
    });
    front?.fail(undefined);
    await client.request('PUT', path, { template_code: `${template}# again\n` });
    expect(await ended()).toMatchObject({ status: 'completed', error_details: null });
    await client.request('DELETE', path);
    await waitFor('it to be gone', async () => (await client.get(path)).status === 404, 120_000);
  });
});
