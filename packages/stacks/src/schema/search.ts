import type { Schema } from './schema.ts';

/** Finds a field of this name at any depth; returns its shortest path, for example `scaling.autoscaling.minReplicas`. */
export function pathOfField(root: Schema, name: string): string | undefined {
  let level: { path: string; schema: Schema }[] = [{ path: '', schema: root }];
  while (level.length > 0) {
    const next: typeof level = [];
    for (const { path, schema } of level) {
      if (path !== '' && schema.properties && Object.hasOwn(schema.properties, name))
        return `${path}.${name}`;
      for (const [field, inner] of Object.entries(schema.properties ?? {}))
        next.push({ path: path === '' ? field : `${path}.${field}`, schema: inner });
      if (schema.items) next.push({ path: `${path}[]`, schema: schema.items });
    }
    level = next;
  }
  return undefined;
}
