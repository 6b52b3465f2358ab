import { type PlannedResource, readPlan, referencesOf } from '@deployment-engine/policy';
import { asRecord, asString, hasMark, type TerraformPlan } from '@deployment-engine/terraform-code';

/** A resource instance that a plan creates. */
export type PlannedCreation = {
  address: string;
  /** Empty in the root module. */
  moduleAddress: string;
  type: string;
  name: string;
  key: string | number | null;
  /** The provider's address, for example `registry.terraform.io/hashicorp/aws`. */
  provider: string;
  /** Its configuration, for example `aws.west` or `module.a:aws`. */
  providerKey: string;
  /** Known values; unknown ones are left out. */
  values: Record<string, unknown>;
  /** Has the shape of the values, with `true` in place of each sensitive one. */
  sensitive: unknown;
  /** Id of the object it replaces; `null` if it replaces none. */
  replaces: string | null;
  /** Resources it refers to, as in the state: addresses without keys. */
  dependencies: string[];
};

/** Built-in providers of Terraform, which create no objects in a cloud. */
const builtin = /^terraform\.io\/builtin\//;

export function plannedCreations(plan: TerraformPlan): PlannedCreation[] {
  const model = readPlan(plan);
  const sensitive = new Map(
    (plan.resource_changes ?? []).map(({ address, change }) => [address, change.after_sensitive]),
  );
  const dependencies = (resource: PlannedResource) =>
    referencesOf(model, resource, resource.configuration.expressions).resources.map(
      ({ modulePath, address }) =>
        [
          ...modulePath
            .split('.')
            .filter(Boolean)
            .map((name) => `module.${name}`),
          address,
        ].join('.'),
    );
  return model.changes
    .filter(({ actions, provider }) => actions.includes('create') && !builtin.test(provider))
    .map((resource) => ({
      address: resource.address,
      moduleAddress: resource.moduleAddress,
      type: resource.type,
      name: resource.name,
      key: resource.key,
      provider: resource.provider,
      providerKey: resource.configuration.provider_config_key ?? '',
      values: known(resource.after, resource.afterUnknown),
      sensitive: sensitive.get(resource.address),
      replaces: resource.actions.includes('delete') ? asString(asRecord(resource.before).id) : null,
      dependencies: [...new Set(dependencies(resource))].filter((address) => !/(^|\.)data\./.test(address)),
    }));
}

function known(value: unknown, unknown: unknown): Record<string, unknown> {
  const marks = asRecord(unknown);
  return Object.fromEntries(Object.entries(asRecord(value)).filter(([name]) => !hasMark(marks[name])));
}
