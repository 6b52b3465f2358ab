import { repoOpen } from '../../../../testing/stacks/repo-open.ts';
import type { Resolution } from '../resolution.ts';
import { stackPlan } from './stack-plan.ts';

const { kinds, resolution } = repoOpen();
const { components, outputs } = stackPlan(resolution, kinds);
const byId = new Map(components.map((component) => [component.id, component]));
const names = (id: string) => byId.get(id)?.inputs.map(({ name }) => name);

test('a plan has every component in the order of the waves, the foundation first', () => {
  expect(components.map(({ id }) => id)).toStrictEqual(['_foundation', ...resolution.waves.flat()]);
  expect(components.map(({ wave }) => wave)).toStrictEqual([
    0,
    ...resolution.waves.flatMap((ids, index) => ids.map(() => index + 1)),
  ]);
  for (const { dependsOn, wave } of components)
    for (const needed of dependsOn) expect(byId.get(needed)?.wave).toBeLessThan(wave);
  expect(outputs).toBe(resolution.outputs);
});

test('a plan is plain JSON', () => {
  expect(JSON.parse(JSON.stringify(components))).toStrictEqual(components);
});

test('the foundation is a component', () => {
  expect(byId.get('_foundation')).toMatchObject({
    service: '_stack',
    name: '_foundation',
    kind: 'Foundation',
    projectId: 'user-platform.development._stack._foundation',
    dependsOn: [],
    inputs: [],
    wave: 0,
  });
});

test('every other component depends on the foundation', () => {
  for (const { id, dependsOn } of components)
    expect(dependsOn.includes('_foundation')).toBe(id !== '_foundation');
});

test('valueFrom gives the named output, and the foundation what the kind reads of it', () => {
  expect(names('user-service/worker')).toStrictEqual([
    '_foundation.clusterArn',
    '_foundation.clusterName',
    '_foundation.privateSubnetIds',
    '_foundation.vpcId',
    'user-service/events.url',
    'user-service/uploads.bucketName',
  ]);
  expect(byId.get('user-service/worker')?.inputs).toContainEqual({
    name: '_foundation.privateSubnetIds',
    component: '_foundation',
    output: 'privateSubnetIds',
    length: 2,
  });
  expect(names('user-service/events')).toStrictEqual([]);
});

test('a reference gives the outputs that the referring kind reads', () => {
  expect(byId.get('auth-service/gateway')?.inputs).toStrictEqual([
    {
      name: 'auth-service/authorizer.functionName',
      component: 'auth-service/authorizer',
      output: 'functionName',
    },
    { name: 'auth-service/authorizer.invokeArn', component: 'auth-service/authorizer', output: 'invokeArn' },
  ]);
});

test('a reference gives no output that the target lacks', () => {
  const graph: Resolution['graph'] = {
    ...resolution.graph,
    edges: [
      {
        component: 'auth-service/gateway',
        dependsOn: 'user-service/uploads',
        by: 'reference',
        place: { file: 'x', line: 1, column: 1 },
      },
    ],
  };
  const plan = stackPlan({ ...resolution, graph }, kinds);
  expect(plan.components.find(({ id }) => id === 'auth-service/gateway')).toMatchObject({
    inputs: [],
    dependsOn: ['_foundation', 'user-service/uploads'],
  });
});

test('without a foundation nothing depends on one, and the first wave is still 1', () => {
  const { foundation: _, ...rest } = resolution;
  const plan = stackPlan(rest, kinds);
  expect(plan.components[0]).toMatchObject({ wave: 1, dependsOn: [], inputs: [] });
  expect(JSON.stringify(plan)).not.toContain('_foundation');
});

test('a kind that the catalog lacks is an error', () => {
  expect(() => stackPlan(resolution, { ...kinds, kinds: new Map() })).toThrow(
    'planning stack user-platform: there is no kind',
  );
});
