import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { evaluatePlan } from './evaluate-plan.ts';
import { planOf } from './plan-fixture.ts';

const guarded = projectPolicySettingsSchema.parse({ profile: 'guarded' });
const findingsIn = (...planned: Parameters<typeof planOf>[0]) =>
  evaluatePlan(planOf(planned), guarded).findings;
const resources = (Resources: object, more: object = {}) => ({ ...more, Resources });

describe('a template in a bucket', () => {
  const text = JSON.stringify(
    resources({ Data: { Type: 'AWS::RDS::DBInstance', Properties: { PubliclyAccessible: true } } }),
  );
  const url = 'https://templates.s3.eu-central-1.amazonaws.com/a/b.json';
  const stack = {
    address: 'aws_cloudformation_stack.app',
    after: { template_url: url },
    actions: ['create'],
  };
  const object = (content: string | undefined, name = 'template') => ({
    address: `aws_s3_object.${name}`,
    after: { bucket: 'templates', key: 'a/b.json', ...(content === undefined ? {} : { content }) },
    unknown: content === undefined ? { content: true } : {},
    actions: ['create'],
  });
  const opaque = (findings: ReturnType<typeof findingsIn>) => findings.find(({ id }) => id === 'OPAQUE-001');

  test('is judged if the plan writes it, and somebody must still agree, because it may change meanwhile', () => {
    const findings = findingsIn(stack, object(text));
    expect(findings.map(({ address }) => address)).toContain('aws_cloudformation_stack.app/Data');
    expect(opaque(findings)?.message).toMatch(/read from a bucket/);
    expect(evaluatePlan(planOf([stack, object(text)]), guarded).verdict).not.toBe('pass');
  });

  test.each([
    ['another object', [{ ...object(text), after: { bucket: 'other', key: 'a/b.json', content: text } }]],
    ['two objects of one name', [object(text), object('{"Resources":{}}', 'second')]],
    ['an object whose content is not known', [object(undefined)]],
    ['none', []],
  ])('is not taken from %s', (_what, objects) => {
    const findings = findingsIn(stack, ...objects);
    expect(findings.map(({ address }) => address)).not.toContain('aws_cloudformation_stack.app/Data');
    expect(opaque(findings)?.message).toMatch(/lies elsewhere/);
  });

  test('is not taken from an object that the address names with something after it', () => {
    const versioned = { ...stack, after: { template_url: `${url}?versionId=1` } };
    expect(opaque(findingsIn(versioned, object(text)))?.message).toMatch(/lies elsewhere/);
  });
});

describe('texts that grow without end are not made', () => {
  const nested = (depth: number): unknown =>
    depth === 0 ? 'x'.repeat(1000) : { 'Fn::Base64': nested(depth - 1) };
  test.each([
    [
      'a long separator between many items',
      { 'Fn::Join': [{ Ref: 'P' }, Array.from({ length: 4000 }, () => 'a')] },
    ],
    ['a text that is encoded again and again', nested(45)],
  ])('%s', (_what, value) => {
    const template = resources(
      { A: { Type: 'AWS::SQS::Queue', Properties: { QueueName: value } } },
      { Parameters: { P: { Type: 'String' } } },
    );
    const after = { template_body: JSON.stringify(template), parameters: { P: 'x'.repeat(4000) } };
    const stack = { address: 'aws_cloudformation_stack.app', after, actions: ['create'] };
    const finding = findingsIn(stack).find(({ id }) => id === 'OPAQUE-001');
    expect(finding?.message).toMatch(/more than 10000000 characters/);
  });
});

describe('capabilities of a stack', () => {
  const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } };
  const messages = (body: string, capabilities: string[]) =>
    evaluatePlan(
      planOf([
        {
          address: 'aws_cloudformation_stack.app',
          after: { template_body: body, capabilities },
          actions: ['create'],
        },
      ]),
      projectPolicySettingsSchema.parse({ profile: 'guarded' }),
    ).findings.flatMap(({ id, message }) => (id === 'OPAQUE-002' ? [message] : []));

  test('that its template does not need are found, each by its name', () => {
    const text = JSON.stringify(resources({ R: role }));
    expect(messages(text, ['CAPABILITY_IAM'])).toStrictEqual([]);
    expect(
      messages(text, ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']),
    ).toStrictEqual([
      'it has CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND, which its template does not need',
    ]);
    const named = { ...role, Properties: { ...role.Properties, RoleName: 'r' } };
    expect(
      messages(JSON.stringify(resources({ R: named })), ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM']),
    ).toStrictEqual([]);
  });

  test('of a template that nobody can read are left to the finding about that', () => {
    expect(messages('{{', ['CAPABILITY_IAM'])).toStrictEqual([]);
  });

  test('with any text as a name show nothing of it', () => {
    const [message] = messages(JSON.stringify(resources({ R: role })), ['CAPABILITY_IAM', 'swordfish']);
    expect(message).toBe('it has a capability, which its template does not need');
  });
});
