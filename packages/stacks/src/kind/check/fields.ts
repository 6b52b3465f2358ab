import type { Schema } from '../../schema/schema.ts';

/** A value that a spec may have: `path` is like `ports[].port`. */
export type Field = { path: string; schema: Schema; isRequired: boolean };

/** Lists the fields of a schema that are no maps of further fields, in the schema's order. */
export function fieldsOf(schema: Schema, path = '', isRequired = false): Field[] {
  if (schema.anyOf) {
    const [first] = schema.anyOf;
    return first ? [{ path, schema: { ...schema, ...first }, isRequired }] : [];
  }
  if (schema.properties)
    return Object.entries(schema.properties).flatMap(([name, inner]) =>
      fieldsOf(inner, path === '' ? name : `${path}.${name}`, schema.required?.includes(name) ?? false),
    );
  if (schema.items?.properties) return fieldsOf(schema.items, `${path}[]`, isRequired);
  return [{ path, schema, isRequired }];
}
