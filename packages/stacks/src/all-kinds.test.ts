import { stringify } from 'yaml';
import { builtInKinds } from '../../../testing/repository.ts';
import { type Json, readKinds, resolveStack, type Schema } from './index.ts';

const kinds = readKinds(builtInKinds());
const names = [...kinds.kinds.keys()].filter((name) => name !== 'Foundation');

/** A value that the schema accepts: all of its fields, or those it requires. */
function exampleOf(schema: Schema, isWhole: boolean): Json {
  const type = [schema.type ?? []].flat()[0];
  if (schema.anyOf) return exampleOf(schema.anyOf[0] ?? {}, isWhole);
  if (schema.enum) return schema.enum[0] ?? null;
  if (schema.default !== undefined) return schema.default;
  if (type === 'object') {
    const fields = Object.entries(schema.properties ?? {}).filter(
      ([name]) =>
        schema.required?.includes(name) ||
        (isWhole && !['dependsOn', 'valueFrom', 'component', 'attachTo'].includes(name)),
    );
    return Object.fromEntries(fields.map(([name, field]) => [name, exampleOf(field, isWhole)]));
  }
  if (type === 'array') return isWhole ? [exampleOf(schema.items ?? {}, isWhole)] : [];
  if (type === 'boolean') return true;
  return type === 'string' || type === undefined ? 'text' : (schema.minimum ?? 1);
}

function resolve(
  spec: (schema: Schema) => Json,
  change: (spec: Json, name: string) => Json = (json) => json,
) {
  const document = (apiVersion: string, kind: string, name: string, body: Json) =>
    stringify({ apiVersion, kind, metadata: { name }, spec: body });
  const files = new Map([
    [
      'stacks/s/stack.yaml',
      document('core.deployer.io/v1', 'Stack', 's', { provider: { region: 'eu-west-1' } }),
    ],
    ['stacks/s/services/all/service.yaml', document('core.deployer.io/v1', 'Service', 'all', {})],
  ]);
  for (const name of names) {
    const folder = `k${name.toLowerCase()}`;
    const body = change(spec(kinds.kinds.get(name)?.schema ?? {}), name);
    const path = `stacks/s/services/all/components/${folder}/component.yaml`;
    files.set(path, document('components.deployer.io/v1', name, folder, body));
  }
  return resolveStack({ files, kinds, stack: 's', environment: 'test' });
}

/** A single file of configs/ would have to exist. */
function withoutConfigs(spec: Json): Json {
  const { configs: _, ...others } = spec as { [key: string]: Json };
  return others;
}

test.each([
  ['what it requires', false],
  ['all of its fields', true],
])('every kind is resolved with %s', (_, isWhole) => {
  const result = resolve((schema) => exampleOf(schema, isWhole), withoutConfigs);
  expect(result.errors ?? []).toStrictEqual([]);
  expect(result.errors ? 0 : result.components.size).toBe(23);
});

test('a resolved spec is complete: resolving it again changes nothing', () => {
  const first = resolve((schema) => exampleOf(schema, false), withoutConfigs);
  if (first.errors) throw new Error(first.errors[0]?.message);
  const specOf = (name: string) => first.components.get(`all/k${name.toLowerCase()}`)?.spec ?? null;
  const second = resolve(
    () => null,
    (_, name) => specOf(name),
  );
  if (second.errors) throw new Error(second.errors[0]?.message);
  for (const { id, spec } of first.components.values())
    expect(second.components.get(id)?.spec).toStrictEqual(spec);
});
