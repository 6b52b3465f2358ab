import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { evaluatePlan } from './evaluate-plan.ts';
import { evaluateResult } from './evaluate-result.ts';
import { templateCases } from './inner-templates.cases.ts';
import { planOf } from './plan-fixture.ts';
import { builtInRules } from './rules/index.ts';

type Options = {
  parameters?: object;
  unknown?: Record<string, unknown>;
  profile?: string;
  limits?: object;
  actions?: string[];
};

/** Returns a plan with one stack of this template. */
function planWith(template: object | string, options: Options) {
  const { parameters = {}, unknown = {}, actions = ['create'] } = options;
  const body = typeof template === 'string' ? template : JSON.stringify(template);
  return planOf([
    {
      ...{
        address: 'aws_cloudformation_stack.app',
        after: { template_body: body, parameters },
        unknown,
        actions,
      },
      expressions: { template_body: {}, parameters: { references: ['var.parameters'] } },
    },
  ]);
}

function judge(template: object | string, options: Options = {}) {
  const { profile = 'guarded', limits = {} } = options;
  const settings = projectPolicySettingsSchema.parse({ profile, blastRadius: limits });
  return evaluatePlan(planWith(template, options), settings);
}
const found = (template: object | string, id: string, options: Options = {}) =>
  judge(template, options).findings.filter((finding) => finding.id === id);
const resources = (Resources: object, more: object = {}) => ({ ...more, Resources });

test.each(templateCases)('%s is found inside a template, and only where it is broken', (id, bad, good) => {
  const [finding] = found(resources(bad), id);
  expect(finding?.address).toMatch(/^aws_cloudformation_stack\.app\/[AP]$/);
  expect(finding?.pending).toBe(false);
  expect(found(resources(good), id)).toStrictEqual([]);
});

test('every rule of AWS resources is tried inside a template, but for two that have no type there', () => {
  const tried = new Set(templateCases.map(([id]) => id));
  const missing = builtInRules.map(({ id }) => id).filter((id) => id.startsWith('AWS-') && !tried.has(id));
  // The group that a new VPC has, and the rules for passwords of the account.
  expect(missing.sort()).toStrictEqual(['AWS-EC2-003', 'AWS-IAM-005']);
});

test('a template that is known in full is not opaque, and its stack needs no other review', () => {
  const bucket = { Type: 'AWS::SQS::Queue', Properties: { SqsManagedSseEnabled: true } };
  const report = judge(resources({ Queue: bucket }), { profile: 'strict' });
  expect(report.findings).toStrictEqual([]);
});

test.each([
  [
    'a type that no rule knows',
    { X: { Type: 'AWS::Zoo::Animal' } },
    /X: the type AWS::Zoo::Animal is not known/,
  ],
  ['code of its own', { X: { Type: 'Custom::Anything' } }, /X: Custom::Anything runs code of its own/],
  ['a nested stack', { X: { Type: 'AWS::CloudFormation::Stack' } }, /X: its template lies elsewhere/],
  [
    'properties by a macro',
    { X: { Type: 'AWS::SQS::Queue', Properties: { 'Fn::Transform': { Name: 'a' } } } },
    /X: (a macro rewrites it|its properties are known only)/,
  ],
  [
    'a part that decides what there is',
    {
      X: {
        Type: 'AWS::CloudFront::Distribution',
        Properties: { DistributionConfig: { 'Fn::Transform': { Name: 'a' } } },
      },
    },
    /X: /,
  ],
])('%s is a pending finding', (_what, part, message) => {
  for (const profile of ['guarded', 'strict']) {
    const report = judge(resources(part), { profile });
    const [finding] = report.findings.filter(({ id }) => id === 'OPAQUE-001');
    expect([finding?.pending, report.verdict]).toStrictEqual([true, 'approve']);
    expect(finding?.message).toMatch(message);
  }
});

test.each([
  ['no YAML', 'a: [', /line 1/],
  ['aliases', 'a: &a [x]\nResources: {A: {Type: AWS::SQS::Queue, Properties: *a}}', /aliases/],
  ['no resources', 'Parameters: {}', /no Resources/],
  ['too much text', `# ${'x'.repeat(52_000)}\nResources: {}`, /51200 bytes/],
  [
    'a condition that needs itself',
    '{"Conditions": {"A": {"Condition": "A"}}, "Resources": {"X": {"Type": "AWS::SQS::Queue", "Condition": "A"}}}',
    /depends on itself/,
  ],
])('a template with %s stays opaque, and the finding says why', (_what, template, message) => {
  const [finding] = found(template, 'OPAQUE-001');
  expect([finding?.pending, finding?.message]).toStrictEqual([true, expect.stringMatching(message)]);
});

const open = (cidr: unknown, more: object = {}) =>
  resources(
    {
      Group: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: { SecurityGroupIngress: { IpProtocol: '-1', CidrIp: cidr } },
      },
    },
    { Parameters: { Cidr: { Type: 'String', Default: '10.0.0.0/8', ...more } } },
  );

test('a parameter counts with the value that the stack gives it, and a default only without one', () => {
  expect(found(open({ Ref: 'Cidr' }), 'AWS-EC2-001')).toStrictEqual([]);
  const [given] = found(open({ Ref: 'Cidr' }), 'AWS-EC2-001', { parameters: { Cidr: '0.0.0.0/0' } });
  expect(given?.pending).toBe(false);
});

test.each([
  [
    'a parameter that is known only after apply',
    open({ Ref: 'Cidr' }),
    { parameters: { Cidr: null }, unknown: { parameters: { Cidr: true } } },
  ],
  ['parameters that are all unknown', open({ Ref: 'Cidr' }), { unknown: { parameters: true } }],
  ['a secret parameter', open({ Ref: 'Cidr' }, { NoEcho: true }), {}],
  ['a stored parameter', open({ Ref: 'Cidr' }, { Type: 'AWS::SSM::Parameter::Value<String>' }), {}],
  ['a dynamic reference', open('{{resolve:ssm:cidr}}'), {}],
  [
    'a dynamic reference in a mapping',
    {
      ...open({ 'Fn::FindInMap': ['M', 'A', 'B'] }),
      Mappings: { M: { A: { B: '{{resolve:ssm:cidr}}' } } },
    },
    {},
  ],
  [
    'a dynamic reference that a parameter has',
    open({ Ref: 'Cidr' }),
    { parameters: { Cidr: '{{resolve:ssm:cidr}}' } },
  ],
  ['a dynamic reference in pieces', open({ 'Fn::Join': ['', ['{{reso', 'lve:ssm:cidr}}']] }), {}],
  ['a value of another stack', open({ 'Fn::ImportValue': 'cidr' }), {}],
] as [string, object, Options][])(
  '%s hides nothing: what it lets in waits for a review',
  (_what, template, options) => {
    const [finding] = found(template, 'AWS-EC2-001', options);
    expect([finding?.pending, finding?.mode]).toStrictEqual([true, 'approve']);
  },
);

test('a wildcard that a stored parameter returns is not taken for the name of a thing', () => {
  const Statement = [{ Effect: 'Allow', Action: { 'Fn::GetAtt': ['Star', 'Value'] }, Resource: '*' }];
  const template = resources({
    Star: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: '*' } },
    Policy: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: { Statement } } },
  });
  const [finding] = found(template, 'AWS-IAM-001');
  expect([finding?.address, finding?.pending]).toStrictEqual(['aws_cloudformation_stack.app/Policy', true]);
});

test('a resource that its condition leaves out is not judged, and one whose condition is unknown is', () => {
  const bucket = (condition: unknown) =>
    resources(
      { A: { Type: 'AWS::S3::Bucket', Condition: 'C', Properties: { AccessControl: 'PublicRead' } } },
      { Parameters: { Env: { Type: 'String', Default: 'dev' } }, Conditions: { C: condition } },
    );
  const isProduction = { 'Fn::Equals': [{ Ref: 'Env' }, 'prod'] };
  expect(found(bucket(isProduction), 'AWS-S3-003')).toStrictEqual([]);
  expect(found(bucket({ 'Fn::Not': [isProduction] }), 'AWS-S3-003')).toHaveLength(1);
  expect(found(bucket(isProduction), 'AWS-S3-003', { unknown: { parameters: true } })).toHaveLength(1);
});

test('limits of types and numbers hold inside a template', () => {
  const template = resources({ A: { Type: 'AWS::IAM::Role' }, B: { Type: 'AWS::SQS::Queue' } });
  const limits = { resourceTypes: ['aws_cloudformation_stack', 'aws_sqs_queue'], maxResources: 2 };
  const { findings, verdict } = judge(template, { limits, profile: 'advisory' });
  const exceeded = findings.filter(({ id }) => id.startsWith('PLAN-R') || id.startsWith('PLAN-MAX'));
  expect(exceeded.map(({ id, address, subject }) => [id, address, subject])).toStrictEqual([
    ['PLAN-RESOURCE-TYPE', 'aws_cloudformation_stack.app/A', 'aws_iam_role'],
    ['PLAN-MAX-RESOURCES', null, null],
  ]);
  expect(verdict).toBe('block');
});

test('a change of a stack with roles may change who may do what; one without a change does not', () => {
  const template = resources({ A: { Type: 'AWS::IAM::Role' } });
  const [finding] = found(template, 'PLAN-IAM', { actions: ['update'] });
  expect(finding?.address).toBe('aws_cloudformation_stack.app/A');
  expect(found(template, 'PLAN-IAM', { actions: ['no-op'] })).toStrictEqual([]);
});

test('what was unknown in the plan is judged again after apply, with the values of the state', () => {
  const template = open({ Ref: 'Cidr' });
  const plan = planWith(template, { parameters: { Cidr: null }, unknown: { parameters: { Cidr: true } } });
  const settings = projectPolicySettingsSchema.parse({ profile: 'guarded' });
  const attributes = { template_body: JSON.stringify(template), parameters: { Cidr: '0.0.0.0/0' } };
  const stack = {
    mode: 'managed',
    type: 'aws_cloudformation_stack',
    name: 'app',
    instances: [{ attributes }],
  };
  const state = {
    version: 4,
    terraform_version: '1',
    serial: 1,
    lineage: 'l',
    outputs: {},
    resources: [stack],
  };
  const { findings } = evaluateResult(plan, state as never, settings, evaluatePlan(plan, settings));
  expect(findings.map(({ id, address, mode }) => [id, address, mode])).toContainEqual([
    'AWS-EC2-001',
    'aws_cloudformation_stack.app/Group',
    'warn',
  ]);
});
