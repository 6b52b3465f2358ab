import { join } from 'node:path';
import { builtInKinds, readTree } from '../../../testing/repository.ts';
import {
  dependenciesOutside,
  dependentsOutside,
  destroyWaves,
  idsInScope,
  readKinds,
  resolutionJson,
  resolveStack,
} from './index.ts';

const folder = join(import.meta.dirname, '../../../testing/stacks/repo-open');
const files = readTree(folder);
const expected = JSON.parse(files.get('expected.json') ?? '');
const kinds = readKinds(builtInKinds());

function resolve(environment: string, variables: Record<string, string> = expected.variables) {
  return resolveStack({ files, kinds, stack: expected.stack, environment, variables });
}

function resolved(environment: string) {
  const result = resolve(environment);
  if (result.errors) throw new Error(JSON.stringify(result.errors));
  return result;
}

test.each(Object.keys(expected.environments))('%s resolves to exactly what is expected', (environment) => {
  const result = resolved(environment);
  expect(resolutionJson(result)).toStrictEqual(expected.environments[environment]);
  expect(JSON.stringify(resolutionJson(result))).toBe(JSON.stringify(expected.environments[environment]));
  expect(result.warnings).toStrictEqual([]);
});

test('without VERSION each text that needs it is an error, and nothing else is', () => {
  const [missing] = expected.errors;
  for (const environment of Object.keys(expected.environments)) {
    const { errors = [] } = resolve(environment, {});
    expect(errors.map(({ file, line, column }) => `${file}:${line}:${column}`)).toStrictEqual(
      missing.allErrors,
    );
    expect(new Set(errors.map(({ code }) => code))).toStrictEqual(new Set([missing.code]));
  }
});

test('a destroy takes the waves in reverse', () => {
  expect(destroyWaves(resolved('development').waves)).toStrictEqual(expected.destroyWaves);
});

test('a partial deploy has the components of its scope, and knows what it needs and what needs it', () => {
  const { graph } = resolved('development');
  const [users, auth, api] = expected.partial;
  const ofUsers = idsInScope(graph.nodes, { service: 'user-service' });
  const ofAuth = idsInScope(graph.nodes, { service: 'auth-service' });
  expect(ofUsers).toStrictEqual(users.components);
  expect(ofAuth).toStrictEqual(auth.components);
  expect(idsInScope(graph.nodes, { component: 'user-service/api' })).toStrictEqual(api.components);
  expect(dependenciesOutside(ofUsers, graph.edges)).toStrictEqual([]);
  expect(dependenciesOutside(ofAuth, graph.edges).map(({ dependsOn }) => dependsOn)).toStrictEqual([
    'user-service/api',
  ]);
  expect(dependentsOutside(ofUsers, graph.edges).map(({ component }) => component)).toStrictEqual([
    'auth-service/authorizer',
    'notification-service/api',
  ]);
});

test('every value knows the file that said it', () => {
  const places = resolved('production').components.get('user-service/database')?.provenance();
  const stack = 'stacks/user-platform';
  const database = 'services/user-service/components/database/rds.yaml';
  const fileOf = (path: string) => places?.get(path)?.file;
  expect(fileOf('spec.instance.class')).toBe(`${stack}/environments/production/${database}`);
  expect(fileOf('spec.instance.storage.type')).toBe(`${stack}/infra/defaults.yaml`);
  expect(fileOf('spec.engine.version')).toBe(`${stack}/${database}`);
  expect(fileOf('spec.backup.retentionDays')).toBe(`${stack}/environments/production/infra/defaults.yaml`);
  expect(fileOf('infra.logRetentionDays')).toBe(`${stack}/infra/observability.yaml`);
});

test('the network becomes the foundation', () => {
  expect(resolved('development').foundation).toStrictEqual({
    kind: 'Foundation',
    region: 'us-east-1',
    projectId: 'user-platform.development._stack._foundation',
    spec: {
      vpc: { create: true, cidrBlock: '10.20.0.0/16' },
      availabilityZones: ['us-east-1a', 'us-east-1b'],
      natGateway: { enabled: false },
    },
  });
});
