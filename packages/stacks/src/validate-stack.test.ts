import { request, resolveEdited } from './broken/fixture.ts';
import { listStacks, resolveStack, validateStack } from './index.ts';

test('without an environments folder every environment is accepted', () => {
  const files = new Map([...request.files].filter(([path]) => !path.includes('/environments/')));
  const resolveIn = (environment: string) =>
    resolveStack({ ...request, files, environment, variables: { VERSION: 'v1' } });
  expect(resolveIn('preview-12').errors).toBeUndefined();
  expect(resolveIn('Preview 12').errors).toMatchObject([{ code: 'invalid_name', line: 1, column: 1 }]);
  expect(listStacks(files)).toStrictEqual([{ stack: 'user-platform', environments: [] }]);
  expect(listStacks(request.files)).toStrictEqual([
    { stack: 'user-platform', environments: ['development', 'production', 'staging'] },
  ]);
});

test('a validation has the errors of all environments, each once', () => {
  const files = new Map(request.files);
  const damage = (path: string, from: string, to: string) =>
    files.set(path, (files.get(path) ?? '').replace(from, to));
  damage(
    `stacks/user-platform/environments/production/services/user-service/components/database/rds.yaml`,
    'multiAZ: true',
    'multiAZ: yes',
  );
  damage(
    'stacks/user-platform/environments/staging/services/user-service/components/database/rds.yaml',
    'RDS',
    'RSD',
  );
  damage(`stacks/user-platform/services/user-service/components/worker/worker.yaml`, 'tag', 'tga');
  const { errors } = validateStack({ ...request, files, variables: { VERSION: 'v1' } });
  expect(errors.map(({ code, file }) => `${code} ${file.split('/').slice(2, 4).join('/')}`)).toStrictEqual([
    'wrong_type environments/production',
    'unknown_kind environments/staging',
    'unknown_field services/user-service',
  ]);
  expect(validateStack({ ...request, variables: { VERSION: 'v1' } })).toStrictEqual({
    errors: [],
    warnings: [],
  });
});

test('what has no effect is a warning', () => {
  const { warnings, errors } = resolveEdited({
    edits: {
      'stack.yaml': [
        [
          '  provider:',
          '  backend:\n    bucket: state\n  hooks: {}\n  tests: []\n  notifications: {}\n  provider:',
        ],
      ],
      'services/user-service/service.yaml': [
        ['  variables:', '  rollback: {onFailure: true}\n  hooks: {}\n  tests: []\n  variables:'],
      ],
      'services/empty/service.yaml':
        'apiVersion: core.deployer.io/v1\nkind: Service\nmetadata: {name: empty}\nspec: {}\n',
      'infra/netwroking.yaml': 'kind: Networking\n',
      'services/user-service/secrets.yaml': 'names: []\n',
    },
  });
  expect(errors).toBeUndefined();
  expect(warnings.map(({ code, file, line }) => `${code} ${file}:${line}`)).toStrictEqual([
    'unused_file stacks/user-platform/infra/netwroking.yaml:1',
    'no_components stacks/user-platform/services/empty/service.yaml:1',
    'no_effect stacks/user-platform/services/user-service/service.yaml:17',
    'no_effect stacks/user-platform/services/user-service/service.yaml:18',
    'no_effect stacks/user-platform/services/user-service/service.yaml:19',
    'no_effect stacks/user-platform/stack.yaml:13',
    'no_effect stacks/user-platform/stack.yaml:14',
    'no_effect stacks/user-platform/stack.yaml:15',
    'no_effect stacks/user-platform/stack.yaml:16',
  ]);
});
