import { join } from 'node:path';
import { type KindCatalog, type Resolution, readKinds, resolveStack } from '@deployment-engine/stacks';
import { builtInKinds, readTree } from '../repository.ts';

/** Resolves the example repository in `development` with the kinds that ship with the engine. */
export function repoOpen(): { kinds: KindCatalog; resolution: Resolution } {
  const kinds = readKinds(builtInKinds());
  const resolution = resolveStack({
    files: readTree(join(import.meta.dirname, 'repo-open')),
    kinds,
    stack: 'user-platform',
    environment: 'development',
    variables: { VERSION: 'v1.0.0' },
  });
  if (resolution.errors) throw new Error(JSON.stringify(resolution.errors));
  return { kinds, resolution };
}
