import { innerPlan } from './inner-plan.ts';
import { checkParameters } from './parameters.ts';
import { readTemplate } from './read-template.ts';

const short = `
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Env: { Type: String, Default: dev, AllowedValues: [dev, prod] }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "jobs-\${Env}-\${!Env}"
      Encrypted: yes
      Tags:
        - Key: arn
          Value: !GetAtt Role.Arn
        - !If [IsProd, { Key: a, Value: b }, !Ref AWS::NoValue]
  Role:
    Type: AWS::IAM::Role
    Properties: { RoleName: !Join ["-", [a, !Select [0, !Split [",", "x,y"]]]] }
`;

test('short forms mean what their long forms mean, and functions are evaluated with the parameters', () => {
  const template = readTemplate(short);
  expect(template.resources.get('Queue')?.line).toBe(8);
  const [queue, role] = innerPlan(template, {}).plan.resource_changes ?? [];
  expect(queue?.change.after).toMatchObject({ queue_name: 'jobs-dev-${Env}', encrypted: true });
  expect(queue?.change.after).toMatchObject({ tags: [{ key: 'arn', value: null }] });
  expect(queue?.change.after_unknown).toMatchObject({ tags: [{ key: false, value: true }] });
  expect(role?.change.after).toMatchObject({ role_name: 'a-x' });
});

test('the same template in JSON is the same', () => {
  const json = JSON.stringify({
    Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::Sub': 'a' } } } },
  });
  const yaml = 'Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub a\n';
  expect(innerPlan(readTemplate(json), {}).plan).toStrictEqual(innerPlan(readTemplate(yaml), {}).plan);
});

const bomb = [
  'a: &a [x, x]',
  ...'bcdefghijk'
    .split('')
    .map((name, index) => `${name}: &${name} [*${'abcdefghijk'[index]}, *${'abcdefghijk'[index]}]`),
  'Resources: *k',
].join('\n');
const deep = `Resources: ${'['.repeat(20_000)}${']'.repeat(20_000)}`;

test.each([
  ['a bomb of aliases', bomb, /aliases/],
  ['parts nested without end', deep, /nested deeper/],
  ['ten megabytes', `Resources: {A: "${'x'.repeat(10_000_000)}"}`, /1000000 bytes/],
  ['a list', '- a', /not a map/],
  [
    'a key that stands twice',
    'Resources:\n  A: {Type: a}\n  A: {Type: b}',
    /line 3: Map keys must be unique/,
  ],
  ['a resource without a type', 'Resources:\n  A:\n    Properties: {}', /line 2: the resource A has no Type/],
  [
    '501 resources',
    JSON.stringify({
      Resources: Object.fromEntries(
        Array.from({ length: 501 }, (_, index) => [`R${index}`, { Type: 'AWS::SQS::Queue' }]),
      ),
    }),
    /501 resources; CloudFormation takes 500/,
  ],
])('%s is refused with a clear error', (_what, text, message) => {
  expect(() => readTemplate(text)).toThrow(message);
});

test.each([
  ['a Ref to nothing', { Ref: 'Nobody' }, /Ref names Nobody/],
  ['a GetAtt of nothing', { 'Fn::GetAtt': ['Nobody', 'Arn'] }, /GetAtt names Nobody/],
  ['a Sub of nothing', { 'Fn::Sub': '${Nobody}' }, /Ref names Nobody/],
  ['a condition that is not there', { 'Fn::If': ['Nobody', 1, 2] }, /condition Nobody is not among/],
])('%s is refused', (_what, value, message) => {
  const template = readTemplate(
    JSON.stringify({ Resources: { A: { Type: 'AWS::SQS::Queue', Properties: { QueueName: value } } } }),
  );
  expect(() => innerPlan(template, {})).toThrow(message);
});

test('a short template that repeats a long parameter is stopped', () => {
  const text = { 'Fn::Sub': '${P}'.repeat(5000) };
  const template = readTemplate(
    JSON.stringify({
      Parameters: { P: { Type: 'String' } },
      Resources: { A: { Type: 'AWS::SQS::Queue', Properties: { QueueName: text } } },
    }),
  );
  expect(() => innerPlan(template, { P: 'x'.repeat(4096) })).toThrow(/10000000 characters/);
});

test('parameters are checked before anything runs, and messages have no values', () => {
  const Parameters = {
    Env: { Type: 'String', AllowedValues: ['dev', 'prod'] },
    Count: { Type: 'Number', MinValue: 1, MaxValue: 5, Default: 2 },
    Zones: { Type: 'CommaDelimitedList', Default: 'a, b' },
    Password: { Type: 'String', NoEcho: true, MinLength: 8 },
    Must: { Type: 'String' },
  };
  const template = readTemplate(
    JSON.stringify({ Parameters, Resources: { A: { Type: 'AWS::SQS::Queue' } } }),
  );
  const bad = checkParameters(template, { Env: 'test', Count: 'many', Password: 'hunter2', Other: 'x' });
  expect(bad.problems.map(({ parameter, problem }) => `${parameter}: ${problem}`)).toStrictEqual([
    'Other: the template has no such parameter; it has Env, Count, Zones, Password, Must',
    'Env: it is none of dev, prod',
    'Count: it is not a number',
    'Password: it must have at least 8 characters',
    'Must: it has no value and no default; give one',
  ]);
  const good = checkParameters(template, { Env: 'dev', Count: 5, Password: 'hunter2-long', Must: '' });
  expect([good.problems, good.secret, Object.fromEntries(good.values)]).toStrictEqual([
    [],
    ['Password'],
    { Env: 'dev', Count: '5', Zones: ['a', 'b'], Password: 'hunter2-long', Must: '' },
  ]);
});
