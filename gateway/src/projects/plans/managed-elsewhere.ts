import { canonicalJson } from '@deployment-engine/contracts';
import {
  asArray,
  asRecord,
  isRecord,
  type PlannedChange,
  type TerraformPlan,
} from '@deployment-engine/terraform-code';

type Values = Record<string, unknown>;
/** A resource that manages an attribute of another one, and its attribute that names that one. */
type Manager = { type: string; names: string };

const bucketParts = (types: Record<string, string>): Record<string, Manager> =>
  Object.fromEntries(
    Object.entries(types).map(([attribute, type]) => [
      attribute,
      { type: `aws_s3_bucket_${type}`, names: 'bucket' },
    ]),
  );

/**
 * Attributes that a resource of its own manages as a whole, by type. They differ from the state after each first deploy,
 * because the state of the one resource is older than the other resource. The other one is compared as well.
 */
const wholes: Record<string, Record<string, Manager>> = {
  aws_s3_bucket: bucketParts({
    acceleration_status: 'accelerate_configuration',
    cors_rule: 'cors_configuration',
    lifecycle_rule: 'lifecycle_configuration',
    logging: 'logging',
    object_lock_configuration: 'object_lock_configuration',
    policy: 'policy',
    replication_configuration: 'replication_configuration',
    request_payer: 'request_payment_configuration',
    server_side_encryption_configuration: 'server_side_encryption_configuration',
    versioning: 'versioning',
    website: 'website_configuration',
  }),
  aws_sns_topic: { policy: { type: 'aws_sns_topic_policy', names: 'arn' } },
  aws_sqs_queue: {
    policy: { type: 'aws_sqs_queue_policy', names: 'queue_url' },
    redrive_policy: { type: 'aws_sqs_queue_redrive_policy', names: 'queue_url' },
    redrive_allow_policy: { type: 'aws_sqs_queue_redrive_allow_policy', names: 'queue_url' },
  },
  aws_kms_key: { policy: { type: 'aws_kms_key_policy', names: 'key_id' } },
  aws_secretsmanager_secret: { policy: { type: 'aws_secretsmanager_secret_policy', names: 'secret_arn' } },
};

/** What an item is, as texts that are equal for the same item. */
type TextsOf = (values: Values) => string[];
/** How the items of a list are told, in the list itself and by the resources that each manage one. */
type Items = { manager: Manager; ofItem: TextsOf; ofManager: TextsOf };

/** Lists whose items have a resource each, by type. */
const lists: Record<string, Record<string, Items>> = {
  aws_iam_role: {
    inline_policy: {
      manager: { type: 'aws_iam_role_policy', names: 'role' },
      ofItem: inlinePolicy,
      ofManager: inlinePolicy,
    },
    managed_policy_arns: {
      manager: { type: 'aws_iam_role_policy_attachment', names: 'role' },
      ofItem: ({ value }) => [canonicalJson(value)],
      ofManager: ({ policy_arn }) => [canonicalJson(policy_arn)],
    },
  },
  aws_security_group: { ingress: rulesOf('ingress'), egress: rulesOf('egress') },
};

function inlinePolicy({ name, policy }: Values): string[] {
  return [canonicalJson([name, parsed(policy)])];
}

function parsed(policy: unknown): unknown {
  try {
    return JSON.parse(String(policy));
  } catch {
    return policy;
  }
}

/** A group joins rules that differ only in their source; a rule of its own has one source. */
function rulesOf(direction: 'ingress' | 'egress'): Items {
  const manager = { type: `aws_vpc_security_group_${direction}_rule`, names: 'security_group_id' };
  return { manager, ofItem: joinedRules, ofManager: singleRule };
}

function joinedRules({ protocol, from_port, to_port, ...sources }: Values): string[] {
  const { cidr_blocks, ipv6_cidr_blocks, prefix_list_ids, security_groups, self } = sources;
  const others = [cidr_blocks, ipv6_cidr_blocks, prefix_list_ids, security_groups].flatMap(asArray);
  const all = self === true ? [...others, 'self'] : others;
  return all.map((source) => canonicalJson([protocol, ...portsOf(protocol, from_port, to_port), source]));
}

function singleRule({ ip_protocol: protocol, from_port, to_port, ...rule }: Values): string[] {
  const { security_group_id: own, referenced_security_group_id: group } = rule;
  const source = rule.cidr_ipv4 ?? rule.cidr_ipv6 ?? rule.prefix_list_id ?? (group === own ? 'self' : group);
  return [canonicalJson([protocol, ...portsOf(protocol, from_port, to_port), source])];
}

/** All protocols have no ports: the group says 0, the rule nothing. */
function portsOf(protocol: unknown, from: unknown, to: unknown): unknown[] {
  return protocol === '-1' ? [] : [from, to];
}

/**
 * Whether the new value of a drifted attribute is what other resources of the state say, each of which is compared itself.
 * Then it is no drift. A list with an item that no resource has is drift.
 */
export function isManagedElsewhere(
  plan: TerraformPlan,
  { type, change }: Pick<PlannedChange, 'type' | 'change'>,
  attribute: string,
): boolean {
  const after = asRecord(change.after);
  const whole = wholes[type]?.[attribute];
  if (whole) return managersOf(plan, after, whole).length > 0;
  const list = lists[type]?.[attribute];
  if (!list) return false;
  const said = new Set(managersOf(plan, after, list.manager).flatMap(list.ofManager));
  const items = asArray(after[attribute]).map((value) => (isRecord(value) ? value : { value }));
  return said.size > 0 && items.flatMap(list.ofItem).every((text) => said.has(text));
}

/** The values of the resources that name an object by its id, address or name. */
function managersOf(
  { prior_state }: TerraformPlan,
  { id, arn, url, name }: Values,
  manager: Manager,
): Values[] {
  const own = [id, arn, url, name].filter((value) => typeof value === 'string');
  return resourcesOf(prior_state?.values?.root_module)
    .filter(({ type }) => type === manager.type)
    .map(({ values }) => asRecord(values))
    .filter((values) => own.some((value) => value === values[manager.names]));
}

function resourcesOf(module: unknown): Values[] {
  const { resources, child_modules } = asRecord(module);
  return [...asArray(resources).map(asRecord), ...asArray(child_modules).flatMap(resourcesOf)];
}
