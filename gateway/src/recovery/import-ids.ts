/** How the id of an object follows from the values it is created with, for types whose id the client chooses. */
const rules: Record<string, (values: Record<string, unknown>) => unknown> = {
  aws_s3_bucket: (values) => values.bucket,
  aws_dynamodb_table: (values) => values.name,
  aws_iam_role: (values) => values.name,
  aws_iam_user: (values) => values.name,
  aws_iam_group: (values) => values.name,
  aws_iam_instance_profile: (values) => values.name,
  aws_cloudwatch_log_group: (values) => values.name,
  aws_cloudwatch_metric_alarm: (values) => values.alarm_name,
  aws_lambda_function: (values) => values.function_name,
  aws_ecr_repository: (values) => values.name,
  aws_ecs_cluster: (values) => values.name,
  aws_kms_alias: (values) => values.name,
  aws_key_pair: (values) => values.key_name,
  aws_ssm_parameter: (values) => values.name,
  aws_db_instance: (values) => values.identifier,
  aws_db_subnet_group: (values) => values.name,
  aws_elasticache_subnet_group: (values) => values.name,
  aws_cloudformation_stack: (values) => values.name,
  aws_iam_role_policy: (values) => joined(':', values.role, values.name),
  aws_iam_role_policy_attachment: (values) => joined('/', values.role, values.policy_arn),
};

/** The id to import an object by, or `null` where the planned values do not tell it. */
export function importId(type: string, values: unknown): string | null {
  if (typeof values !== 'object' || values === null) return null;
  const id = rules[type]?.(values as Record<string, unknown>);
  return typeof id === 'string' && id.length > 0 ? id : null;
}

function joined(separator: string, ...parts: unknown[]): unknown {
  return parts.every((part) => typeof part === 'string') ? parts.join(separator) : undefined;
}
