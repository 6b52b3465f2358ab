import { join } from 'node:path';
import { builtInKinds, readTree } from '../../../testing/repository.ts';
import { readKinds, resolutionJson, resolveStack } from './index.ts';

const files = readTree(join(import.meta.dirname, '../../../testing/stacks/repo-seed'));
const kinds = readKinds(builtInKinds());

test.each(['development', 'staging', 'production'])('the first example resolves in %s', (environment) => {
  const result = resolveStack({
    files,
    kinds,
    stack: 'user-platform',
    environment,
    variables: { VERSION: 'v1.0.0' },
  });
  if (result.errors) throw new Error(JSON.stringify(result.errors));
  expect(result.waves).toStrictEqual([['notification-service/database'], ['notification-service/api']]);
  expect(resolutionJson(result)).toMatchObject({
    components: {
      'notification-service/api': {
        projectId: `user-platform.${environment}.notification-service.api`,
        spec: { image: { tag: 'v1.0.0' } },
        infra: { scaling: { replicas: 2, autoscaling: { minReplicas: 2, maxReplicas: 10 } } },
      },
    },
  });
});

test('its components need a network, which it does not name', () => {
  const ask = (more: [string, string][] = []) =>
    resolveStack({
      files: new Map([...files, ...more]),
      kinds,
      stack: 'user-platform',
      environment: 'development',
      variables: { VERSION: 'v1.0.0' },
    }).warnings.filter(({ code }) => code === 'no_network');
  const components = 'stacks/user-platform/services/notification-service/components';
  const hint = 'give one as spec.vpc in stacks/user-platform/infra/networking.yaml';
  expect(ask()).toStrictEqual([
    {
      code: 'no_network',
      file: `${components}/api/microservice.yaml`,
      line: 2,
      column: 7,
      message: `MicroService needs a network, and the stack names none; ${hint}`,
    },
    {
      code: 'no_network',
      file: `${components}/database/rds.yaml`,
      line: 2,
      column: 7,
      message: `RDS needs a network, and the stack names none; ${hint}`,
    },
  ]);
  const networking = (spec: object): [string, string] => [
    'stacks/user-platform/infra/networking.yaml',
    JSON.stringify({
      apiVersion: 'infra.deployer.io/v1',
      kind: 'Networking',
      metadata: { name: 'networking' },
      spec,
    }),
  ];
  expect(ask([networking({ vpc: { id: 'vpc-12345678' } })])).toStrictEqual([]);
  expect(ask([networking({ vpcs: {} })])).toStrictEqual([]); // the misspelt one is an error
  expect(ask([networking({ infra: {} })])).toHaveLength(2);
});

test('a function needs a network only if its files say so', () => {
  const lambda = (vpc: string) =>
    `apiVersion: components.deployer.io/v1\nkind: Lambda\nmetadata: {name: fn}\nspec:\n  runtime: nodejs22.x\n  handler: a.b\n  code: {s3Bucket: b, s3Key: k}\n${vpc}`;
  const ask = (vpc: string) =>
    resolveStack({
      files: new Map([
        [
          'stacks/s/stack.yaml',
          'apiVersion: core.deployer.io/v1\nkind: Stack\nmetadata: {name: s}\nspec: {provider: {region: us-east-1}}\n',
        ],
        [
          'stacks/s/services/a/service.yaml',
          'apiVersion: core.deployer.io/v1\nkind: Service\nmetadata: {name: a}\n',
        ],
        ['stacks/s/services/a/components/fn/lambda.yaml', lambda(vpc)],
      ]),
      kinds,
      stack: 's',
      environment: 'test',
    });
  for (const vpc of ['', '  vpc: {enabled: false}\n'])
    expect(ask(vpc)).toMatchObject({ waves: [['a/fn']], warnings: [] });
  expect(ask('  vpc: {enabled: true}\n')).toMatchObject({
    waves: [['a/fn']],
    warnings: [
      {
        ...{ code: 'no_network', line: 8, column: 18 },
        message:
          'Lambda with vpc.enabled needs a network, and the stack names none; give one as spec.vpc in stacks/s/infra/networking.yaml',
      },
    ],
  });
});
