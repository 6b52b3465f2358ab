import { userRuleSchema } from '@deployment-engine/contracts';
import type { JudgedStack } from './judged-stack.ts';
import { judgeStack, stackCelProblem } from './stack-rules.ts';

const component = (id: string, kind: string, spec: object) => {
  const [service = '', name = ''] = id.split('/');
  return {
    id,
    service,
    name,
    kind,
    region: 'us-east-1',
    stateful: kind === 'RDS',
    labels: {},
    dependsOn: [],
    spec,
    infra: {},
  };
};
const stack: JudgedStack = {
  stack: 'shop',
  environment: 'production',
  components: [
    component('a/api', 'MicroService', { image: { tag: 'latest' } }),
    component('a/database', 'RDS', { backup: { retentionDays: 1 } }),
  ],
};
const rule = (expression: string, more: object = {}) =>
  userRuleSchema.parse({
    language: 'cel',
    id: 'USER-ONE',
    mode: 'block',
    message: 'no',
    expression,
    ...more,
  });

test.each([
  ['component.spec.image.tag == "latest"', { resourceTypes: ['MicroService'] }, ['a/api']],
  ['component.kind == "RDS" && stack.environment == "production"', {}, ['a/database']],
  ['!has(component.labels.team)', {}, ['a/api', 'a/database']],
  ['stack.components > 1', { resourceTypes: ['R*'] }, ['a/database']],
  ['component.region != "us-east-1"', {}, []],
])('%s %j finds %j', async (expression, more, found) => {
  const findings = await judgeStack([rule(expression, more)], stack);
  expect(findings.map(({ component: id }) => id)).toStrictEqual(found);
});

test('a rule that can’t be evaluated is violated, and says why', async () => {
  const [finding] = await judgeStack([rule('component.spec.image.tag == "x"')], stack);
  expect(finding).toMatchObject({ component: 'a/database', mode: 'block' });
  expect(finding?.message).toContain('cannot be evaluated');
});

test('rules that are off find nothing', async () => {
  expect(await judgeStack([rule('true', { mode: 'off' })], stack)).toStrictEqual([]);
});

test('an expression over other variables is refused', () => {
  expect(stackCelProblem('resource.type == "x"')).toBeDefined();
  expect(stackCelProblem('component.kind')).toBeUndefined();
  expect(stackCelProblem('1 + 1')).toContain('not a bool');
});
