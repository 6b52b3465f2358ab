import { z } from 'zod';

/** What is read of Terraform's state, version 4. */
const stateSchema = z.object({
  resources: z
    .array(
      z.object({
        module: z.string().optional(),
        mode: z.string(),
        type: z.string(),
        name: z.string(),
        instances: z.array(
          z.object({
            index_key: z.union([z.string(), z.number()]).optional(),
            attributes: z.record(z.string(), z.unknown()).optional(),
          }),
        ),
      }),
    )
    .default([]),
});

/** Lists managed objects with their ids, and with attributes if their address begins with `prefix`. */
export function stateResources(state: unknown, prefix?: string) {
  const { resources } = stateSchema.parse(state ?? {});
  const all = resources
    .filter(({ mode }) => mode === 'managed')
    .flatMap(({ module, type, name, instances }) =>
      instances.map(({ index_key: key, attributes = {} }) => ({
        address: `${module ? `${module}.` : ''}${type}.${name}${key === undefined ? '' : `[${JSON.stringify(key)}]`}`,
        id: attributes.id ?? null,
        attributes,
      })),
    );
  if (prefix === undefined) return all.map(({ address, id }) => ({ address, id }));
  return all.filter(({ address }) => address.startsWith(prefix));
}
