import type { TerraformState } from './terraform-state.ts';

export type StateInstance = {
  attributes: Record<string, unknown>;
  sensitivePaths: unknown[];
  schemaVersion: number;
  /** The provider's private data, as base64. */
  private: string | null;
  isTainted: boolean;
};

/** Returns a state's managed resource instances by address, for example `module.a.aws_s3_bucket.b["x"]`. */
export function instanceAddresses(state: Pick<TerraformState, 'resources'>): Map<string, StateInstance> {
  const found = new Map<string, StateInstance>();
  for (const resource of state.resources) {
    if (resource.mode !== 'managed') continue;
    const prefix = resource.module ? `${resource.module}.` : '';
    for (const instance of resource.instances) {
      if (instance.deposed !== undefined) continue;
      const key = instance.index_key === undefined ? '' : `[${JSON.stringify(instance.index_key)}]`;
      found.set(`${prefix}${resource.type}.${resource.name}${key}`, {
        attributes: instance.attributes ?? {},
        sensitivePaths: instance.sensitive_attributes ?? [],
        schemaVersion: Number(instance.schema_version ?? 0),
        private: typeof instance.private === 'string' ? instance.private : null,
        isTainted: instance.status === 'tainted',
      });
    }
  }
  return found;
}
