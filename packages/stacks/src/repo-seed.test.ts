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
