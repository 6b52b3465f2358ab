import { type Kind, type KindTest, readKinds, readKindTests } from '@deployment-engine/stacks';
import { builtInKinds } from '../repository.ts';

export type ShippedKind = { kind: Kind; files: Map<string, string>; tests: KindTest[] };

/** The kinds that the product ships, with their files by path in their folder, and their tests. */
export function shippedKinds(): Map<string, ShippedKind> {
  const files = builtInKinds();
  const catalog = readKinds(files);
  return new Map([...catalog.kinds].map(([name, kind]) => [name, { kind, ...ownFiles(name, kind) }]));

  function ownFiles(name: string, kind: Kind) {
    const own = [...files].filter(([path]) => path.startsWith(`${name}/`));
    const inFolder = new Map(own.map(([path, text]) => [path.slice(name.length + 1), text]));
    return { files: inFolder, tests: readKindTests(kind, catalog, inFolder).tests };
  }
}
