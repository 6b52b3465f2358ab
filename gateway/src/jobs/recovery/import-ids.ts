/** Derives an object's id from the values it is created with, for types whose id the client chooses. */
const rules: Record<string, (values: Record<string, unknown>) => unknown> = {
  aws_s3_bucket: (values) => values.bucket,
  aws_s3_bucket_policy: (values) => values.bucket,
  aws_s3_bucket_versioning: (values) => values.bucket,
  aws_s3_bucket_public_access_block: (values) => values.bucket,
  aws_s3_bucket_server_side_encryption_configuration: (values) => values.bucket,
  aws_s3_bucket_lifecycle_configuration: (values) => values.bucket,
  aws_s3_bucket_notification: (values) => values.bucket,
  aws_s3_bucket_logging: (values) => values.bucket,
  aws_s3_bucket_cors_configuration: (values) => values.bucket,
  aws_s3_bucket_ownership_controls: (values) => values.bucket,
  aws_s3_bucket_website_configuration: (values) => values.bucket,
  aws_s3_object: (values) => joined('/', values.bucket, values.key),
  aws_dynamodb_table: (values) => values.name,
  aws_iam_role: (values) => values.name,
  aws_iam_user: (values) => values.name,
  aws_iam_group: (values) => values.name,
  aws_iam_instance_profile: (values) => values.name,
  aws_iam_user_policy_attachment: (values) => joined('/', values.user, values.policy_arn),
  aws_iam_group_policy_attachment: (values) => joined('/', values.group, values.policy_arn),
  aws_iam_user_policy: (values) => joined(':', values.user, values.name),
  aws_cloudwatch_log_group: (values) => values.name,
  aws_cloudwatch_metric_alarm: (values) => values.alarm_name,
  aws_cloudwatch_dashboard: (values) => values.dashboard_name,
  aws_cloudwatch_event_rule: (values) => joined('/', values.event_bus_name ?? 'default', values.name),
  aws_cloudwatch_event_target: (values) =>
    joined('/', values.event_bus_name ?? 'default', values.rule, values.target_id),
  aws_lambda_function: (values) => values.function_name,
  aws_lambda_permission: (values) => joined('/', values.function_name, values.statement_id),
  aws_lambda_alias: (values) => joined('/', values.function_name, values.name),
  aws_ecr_repository: (values) => values.name,
  aws_ecr_lifecycle_policy: (values) => values.repository,
  aws_ecr_repository_policy: (values) => values.repository,
  aws_ecs_cluster: (values) => values.name,
  aws_ecs_service: (values) => joined('/', lastPart(values.cluster), values.name),
  aws_eks_cluster: (values) => values.name,
  aws_eks_node_group: (values) => joined(':', values.cluster_name, values.node_group_name),
  aws_eks_addon: (values) => joined(':', values.cluster_name, values.addon_name),
  aws_kms_alias: (values) => values.name,
  aws_key_pair: (values) => values.key_name,
  aws_ssm_parameter: (values) => values.name,
  aws_db_instance: (values) => values.identifier,
  aws_db_subnet_group: (values) => values.name,
  aws_db_parameter_group: (values) => values.name,
  aws_rds_cluster: (values) => values.cluster_identifier,
  aws_rds_cluster_instance: (values) => values.identifier,
  aws_rds_cluster_parameter_group: (values) => values.name,
  aws_elasticache_subnet_group: (values) => values.name,
  aws_elasticache_cluster: (values) => values.cluster_id,
  aws_elasticache_replication_group: (values) => values.replication_group_id,
  aws_elasticache_parameter_group: (values) => values.name,
  aws_cloudformation_stack: (values) => values.name,
  aws_iam_role_policy: (values) => joined(':', values.role, values.name),
  aws_iam_role_policy_attachment: (values) => joined('/', values.role, values.policy_arn),
  aws_autoscaling_group: (values) => values.name,
  aws_launch_configuration: (values) => values.name,
  aws_kinesis_stream: (values) => values.name,
  aws_route53_record: (values) =>
    values.set_identifier ? undefined : joined('_', values.zone_id, values.name, values.type),
  aws_route: (values) => joined('_', values.route_table_id, values.destination_cidr_block),
  aws_route_table_association: (values) => joined('/', values.subnet_id, values.route_table_id),
  aws_codebuild_project: (values) => values.name,
  aws_codepipeline: (values) => values.name,
  aws_glue_job: (values) => values.name,
  aws_redshift_cluster: (values) => values.cluster_identifier,
  aws_opensearch_domain: (values) => values.domain_name,
  aws_docdb_cluster: (values) => values.cluster_identifier,
  aws_appautoscaling_target: (values) =>
    joined('/', values.service_namespace, values.resource_id, values.scalable_dimension),
};

/** Types whose id can be derived from the planned values. */
export const importableTypes: readonly string[] = Object.keys(rules);

/** Returns the id to import an object by, or `null` if it cannot be derived from the planned values. */
export function importId(type: string, values: unknown): string | null {
  if (typeof values !== 'object' || values === null) return null;
  const id = rules[type]?.(values as Record<string, unknown>);
  return typeof id === 'string' && id.length > 0 ? id : null;
}

function joined(separator: string, ...parts: unknown[]): unknown {
  return parts.every((part) => typeof part === 'string' && part !== '') ? parts.join(separator) : undefined;
}

/** `arn:aws:ecs:…:cluster/name` or a name → the name. */
function lastPart(value: unknown): unknown {
  return typeof value === 'string' ? value.split('/').at(-1) : undefined;
}
