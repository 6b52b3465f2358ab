import { readHolder } from '../read-holder.ts';
import { checkParameters } from './parameters.ts';
import { readTemplate } from './read-template.ts';

const queue = { Type: 'AWS::SQS::Queue' };
const many = <T>(count: number, value: (index: number) => T) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`K${index}`, value(index)]));
const withParameters = (Parameters: object) =>
  readTemplate(JSON.stringify({ Parameters, Resources: { A: queue } }));

test('a chain of conditions that is too long is a problem of the template', () => {
  const Conditions = {
    ...many(8000, (index) => ({ Condition: `K${index + 1}` })),
    K8000: { 'Fn::Equals': ['a', 'b'] },
  };
  const template = JSON.stringify({ Conditions, Resources: { A: { ...queue, Condition: 'K0' } } });
  const read = readHolder({ type: 'aws_cloudformation_stack', values: {}, unknown: {}, template });
  expect(read).toStrictEqual({ problem: expect.stringMatching(/need each other more deeply/) });
});

test('problems with parameters are few and short, however many values are given', () => {
  const template = withParameters(many(200, () => ({ Type: 'String', Default: 'a' })));
  const { problems } = checkParameters(
    template,
    Object.fromEntries(Object.entries(many(20_000, () => 'x')).map(([name, value]) => [`No${name}`, value])),
  );
  expect(problems).toHaveLength(100);
  expect(problems[0]?.problem).toMatch(/it has K0, .*, K19 and 180 more$/);
  const missing = withParameters(many(150, () => ({ Type: 'String' })));
  expect(checkParameters(missing, {}).problems).toHaveLength(100);
});

test('a template with more parameters than CloudFormation takes is refused', () => {
  expect(() => withParameters(many(201, () => ({ Type: 'String' })))).toThrow(
    /201 parameters; CloudFormation takes 200/,
  );
});

test('a value that is longer than CloudFormation takes is refused before its items are compared', () => {
  const AllowedValues = Array.from({ length: 10_000 }, (_, index) => `v${index}`);
  const template = withParameters({ P: { Type: 'CommaDelimitedList', AllowedValues } });
  const problemOf = (P: unknown) => checkParameters(template, { P }).problems.map(({ problem }) => problem);
  expect(problemOf('v9999,'.repeat(700))).toStrictEqual([
    'it has more than the 4096 bytes that CloudFormation takes',
  ]);
  expect(problemOf(Array(700).fill('v9999'))).toHaveLength(1);
  expect(problemOf(Array(500).fill('v9999'))).toStrictEqual([]);
  const [named = ''] = problemOf('none');
  expect(named.split(', ')).toHaveLength(50);
});

test.each([
  ['many keys of one name', 'aaaaa:\n'.repeat(20_000), /line 2: Map keys must be unique/],
  ['a map of one line', `{${'a,'.repeat(20_000)}}`, /line 1: Map keys must be unique/],
  ['many keys with the last one twice', `${keys(20_000)}k7:\n`, /line 20001: Map keys must be unique/],
  ['a number and its text as keys', '1: a\n"1": b', /line 2: Map keys must be unique/],
  [
    'a key twice in a short form',
    'Resources:\n  A: !Sub\n    - a\n    - {b: c, b: d}',
    /Map keys must be unique/,
  ],
  [
    'a key twice in short forms inside each other',
    'A: !Join [a, [!Sub [a, {b: c, b: d}]]]',
    /must be unique/,
  ],
  ['a key that is a list', '? [a]\n: b', /a key is not a text/],
])('%s are found', (_what, text, message) => {
  expect(() => readTemplate(text)).toThrow(message);
});

function keys(count: number): string {
  return Array.from({ length: count }, (_, index) => `k${index}:\n`).join('');
}
