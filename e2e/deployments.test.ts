import { describeUnless } from '../scripts/jest/unless.ts';
import { skipWithoutAws } from '../testing/local-aws.ts';
import { sharedAwsEngine } from '../testing/shared-engine.ts';
import { waitFor } from '../testing/wait.ts';

const terraform = `variable "name" {}
resource "aws_ssm_parameter" "p" {
  name  = var.name
  type  = "String"
  value = "hello"
}
output "arn" {
  value = aws_ssm_parameter.p.arn
}
`;
const cloudformation = `Parameters:
  Delay:
    Type: Number
    Default: 5
  Word:
    Type: String
    NoEcho: true
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: from-a-template
      DelaySeconds: !Ref Delay
  Parameter:
    Type: AWS::SSM::Parameter
    Properties:
      Name: !Sub '\${AWS::StackName}-word'
      Type: String
      Value: !Ref Word
  Seconds:
    Type: AWS::SSM::Parameter
    Properties:
      Name: !Sub '\${AWS::StackName}-delay'
      Type: String
      Value: !Ref Delay
Outputs:
  QueueUrl:
    Value: !Ref Queue
`;
const facts = {
  name: 'web',
  provider: 'aws',
  cloud_account_id: 'account-1',
  environment_id: 'development',
  auto_approve: true,
};

describeUnless(skipWithoutAws())('deployments of templates', () => {
  const { client, aws } = sharedAwsEngine(false);
  const path = (id: string) => `/api/deployments/${id}`;
  const show = async (id: string) => (await client.get(path(id))).body;
  const ended = async (id: string, statuses = ['completed', 'failed', 'cancelled']) =>
    waitFor(
      `deployment ${id} to end`,
      async () => {
        const shown = await show(id);
        return statuses.includes(shown.status) && shown;
      },
      120_000,
    );
  const create = async (body: object) => {
    const answer = await client.post('/api/deployments', { ...facts, ...body });
    expect([answer.status, answer.body.detail]).toStrictEqual([202, undefined]);
    return answer.body;
  };
  const put = async (id: string, body: object) => (await client.request('PUT', path(id), body)).body;
  const gone = (id: string) =>
    waitFor(`deployment ${id} to be gone`, async () => (await client.get(path(id))).status === 404, 120_000);
  const parameter = (Name: string) => aws().call('ssm', { target: 'AmazonSSM.GetParameter', body: { Name } });
  const attributes = async (url: string) =>
    aws().call('sqs', {
      target: 'AmazonSQS.GetQueueAttributes',
      body: { QueueUrl: url, AttributeNames: ['All'] },
    });
  const stacks = () => aws().call('cloudformation', { query: 'Action=DescribeStacks&Version=2010-05-15' });

  test('Terraform: planned, deployed, changed, destroyed; nothing is left', async () => {
    const dry = await create({
      template_type: 'terraform',
      template_code: terraform,
      parameters: { name: 'one' },
      is_dry_run: true,
    });
    const planned = await ended(dry.id);
    expect(planned).toMatchObject({ status: 'completed', plan: { create: 1 }, resources: [], outputs: {} });
    const deploying = await put(dry.id, { is_dry_run: false, message: 'for real' });
    expect(deploying.job_id).toMatch(/^deploy-/);
    const deployed = await ended(dry.id);
    expect(deployed.resources).toStrictEqual([
      { address: 'aws_ssm_parameter.p', type: 'aws_ssm_parameter', id: 'one' },
    ]);
    await put(dry.id, { parameters: { name: 'two' } });
    const changed = await ended(dry.id);
    expect(changed.outputs.arn).toMatch(/two$/);
    expect(await parameter('two')).toContain('hello');
    expect((await client.request('DELETE', path(dry.id))).body).toMatchObject({ status: 'pending' });
    await gone(dry.id);
    expect(await parameter('two')).toContain('ParameterNotFound');
  });

  test('a deployment waits for the approval of its plan by default', async () => {
    const { id } = await create({
      template_type: 'terraform',
      template_code: terraform,
      parameters: { name: 'asked' },
      auto_approve: false,
    });
    const waiting = await waitFor('its plan', async () => {
      const shown = await show(id);
      return shown.waiting_reason?.includes('approve') && shown;
    });
    expect(waiting).toMatchObject({ status: 'pending', resources: [] });
    const planDigest = waiting.plan_digest;
    await client.post(`/api/deploy/jobs/${waiting.job_id}/approve`, { planDigest });
    expect(await ended(id)).toMatchObject({ status: 'completed' });
    const forgotten = await client.request('DELETE', `${path(id)}?keep_resources=true`);
    expect(forgotten.body.status).toBe('deleted');
    expect((await client.get(path(id))).status).toBe(404);
    expect(await parameter('asked')).toContain('hello');
  });

  test('CloudFormation: a template that is too large for a request is read from a bucket', async () => {
    const bucket = await create({
      template_type: 'terraform',
      template_code: 'resource "aws_s3_bucket" "b" {\n  bucket = "large-templates"\n}\n',
    });
    expect(await ended(bucket.id)).toMatchObject({ status: 'completed' });
    const large = (value: string) => ({
      template_type: 'cloudformation',
      template_code: JSON.stringify({
        Metadata: { Padding: 'x'.repeat(60_000) },
        Resources: {
          Parameter: {
            Type: 'AWS::SSM::Parameter',
            Properties: { Name: 'from-a-bucket', Type: 'String', Value: value },
          },
        },
      }),
    });
    const refused = await client.post('/api/deployments', { ...facts, ...large('one') });
    expect([refused.status, refused.body.detail]).toStrictEqual([
      422,
      expect.stringMatching(/give template_bucket/),
    ]);
    const { id } = await create({ ...large('one'), template_bucket: 'large-templates' });
    expect(await ended(id)).toMatchObject({
      status: 'completed',
      template_bucket: 'large-templates',
    });
    expect(await parameter('from-a-bucket')).toContain('one');
    await put(id, { template_code: large('two').template_code });
    expect(await ended(id)).toMatchObject({ status: 'completed', error_message: null });
    expect(await parameter('from-a-bucket')).toContain('two');
    await client.request('DELETE', path(id));
    await gone(id);
    expect(await parameter('from-a-bucket')).toContain('ParameterNotFound');
  });

  test('CloudFormation: created with checked parameters, updated, destroyed; a secret is nowhere', async () => {
    const { id } = await create({
      template_type: 'cloudformation',
      template_code: cloudformation,
      parameters: { Word: 'swordfish-3' },
    });
    const deployed = await ended(id);
    expect(deployed).toMatchObject({ status: 'completed', parameters: { Delay: '5', Word: '(sensitive)' } });
    expect(await stacks()).toContain(`<StackName>${id}</StackName>`);
    expect(await attributes(deployed.outputs.QueueUrl)).toContain('"DelaySeconds": "5"');
    await put(id, { parameters: { Word: 'swordfish-3', Delay: 9 } });
    expect(await ended(id)).toMatchObject({ status: 'completed', error_message: null });
    expect(await parameter(`${id}-delay`)).toMatch(/"Value": "?9\b/); // the local AWS changes no queue
    const logs = await client.get(`/api/deploy/jobs/${deployed.job_id}/logs`);
    const plan = await client.get(`/api/deploy/jobs/${deployed.job_id}/plan`);
    for (const answer of [deployed, logs.body, plan.body])
      expect(JSON.stringify(answer)).not.toContain('swordfish');
    await client.request('DELETE', path(id));
    await gone(id);
    expect(await stacks()).not.toContain(`<StackName>${id}</StackName>`);
  });

  test('a template that the policy blocks deploys nothing, and the reason is shown', async () => {
    const open = {
      Resources: {
        Admin: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            PolicyName: 'all',
            Users: ['ada'],
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
            },
          },
        },
      },
    };
    const { id, project_id } = await create({
      template_type: 'cloudformation',
      template_code: JSON.stringify(open),
      is_dry_run: true,
    });
    const { job_id } = await ended(id);
    const { plan } = (await client.get(`/api/deploy/jobs/${job_id}/policy`)).body;
    expect(plan.findings.map(({ address }: { address: string }) => address)).toContain(
      'aws_cloudformation_stack.stack/Admin',
    );
    expect(project_id).toBe(id);
    await client.request('DELETE', path(id));
  });

  test('a stored template: its versions, its parameters, and what uses it', async () => {
    const stored = await client.post('/api/deployments/templates', {
      name: 'queue',
      template_type: 'terraform',
      template_code: terraform,
    });
    expect([stored.status, stored.body.version]).toStrictEqual([201, 1]);
    const { id } = stored.body;
    const template = `/api/deployments/templates/${id}`;
    const second = await client.post(`${template}/versions`, { template_code: `${terraform}# second\n` });
    expect(second.body.version).toBe(2);
    expect((await client.get(`${template}?version=1`)).body).toMatchObject({
      version: 1,
      template_code: terraform,
      parameters: [{ name: 'name', type: 'any', required: true, default: null, secret: false }],
    });
    const made = await create({
      template_type: 'terraform',
      template_id: id,
      template_version: 1,
      parameters: { name: 'stored' },
    });
    expect(made).toMatchObject({ template_id: id, template_version: 1, template_digest: stored.body.digest });
    expect((await client.request('DELETE', template)).body.code).toBe('template_in_use');
    await ended(made.id);
    await client.request('DELETE', path(made.id));
    await gone(made.id);
    expect((await client.request('DELETE', template)).status).toBe(200);
    expect((await client.get(template)).body.code).toBe('template_not_found');
  });
});
