import { importableTypes } from '../gateway/src/jobs/recovery/import-ids.ts';
import { queries } from '../gateway/src/jobs/recovery/search/query-table.ts';
import { taggableTypes } from '../gateway/src/jobs/recovery/search/tag-query.ts';
import type { Row } from './table.ts';

/**
 * 120 common AWS resource types. The choice is the authors' judgement of what ordinary stacks contain, not
 * based on usage statistics. Types without an object of their own (`aws_acm_certificate_validation`) are
 * excluded.
 */
const commonTypes = `
vpc subnet security_group security_group_rule vpc_security_group_ingress_rule vpc_security_group_egress_rule
internet_gateway nat_gateway eip route_table route route_table_association main_route_table_association
network_acl network_acl_rule network_interface vpc_endpoint vpc_peering_connection
vpc_peering_connection_accepter vpc_dhcp_options flow_log ec2_transit_gateway
ec2_transit_gateway_vpc_attachment vpn_gateway vpn_connection customer_gateway
instance launch_template launch_configuration autoscaling_group autoscaling_policy ebs_volume
volume_attachment key_pair ami
lb lb_listener lb_listener_rule lb_target_group lb_target_group_attachment elb
iam_role iam_policy iam_role_policy iam_role_policy_attachment iam_instance_profile iam_user iam_user_policy
iam_user_policy_attachment iam_group iam_access_key iam_openid_connect_provider
s3_bucket s3_bucket_policy s3_bucket_versioning s3_bucket_public_access_block
s3_bucket_server_side_encryption_configuration s3_bucket_lifecycle_configuration s3_bucket_notification
s3_bucket_ownership_controls s3_bucket_acl s3_bucket_website_configuration s3_object
db_instance db_subnet_group db_parameter_group rds_cluster rds_cluster_instance dynamodb_table
elasticache_cluster elasticache_replication_group elasticache_subnet_group efs_file_system efs_mount_target
opensearch_domain
lambda_function lambda_permission lambda_event_source_mapping lambda_layer_version
api_gateway_rest_api api_gateway_resource api_gateway_method api_gateway_integration api_gateway_deployment
api_gateway_stage apigatewayv2_api apigatewayv2_integration apigatewayv2_route apigatewayv2_stage
sfn_state_machine
sqs_queue sqs_queue_policy sns_topic sns_topic_subscription kinesis_stream kinesis_firehose_delivery_stream
ecs_cluster ecs_service ecs_task_definition ecr_repository ecr_lifecycle_policy eks_cluster eks_node_group
cloudwatch_log_group cloudwatch_metric_alarm cloudwatch_event_rule cloudwatch_event_target
kms_key kms_alias secretsmanager_secret secretsmanager_secret_version ssm_parameter acm_certificate
cognito_user_pool cognito_user_pool_client wafv2_web_acl
route53_zone route53_record cloudfront_distribution cloudfront_origin_access_control
`
  .trim()
  .split(/\s+/)
  .map((name) => `aws_${name}`);

/** Counts, per type, the ways to find the object of a lost create. */
export async function orphansBench(): Promise<Row[]> {
  const types = [...new Set(commonTypes)];
  const byValues = new Set(importableTypes);
  const byTag = new Set(taggableTypes);
  const byQuery = new Set(Object.keys(queries));
  const isSearched = (type: string) => byValues.has(type) || byQuery.has(type);
  const count = (what: string, fits: (type: string) => boolean): Row => ({
    what,
    ours: `${types.filter(fits).length} of ${types.length}`,
  });
  return [
    count('id from the journal', () => true),
    count('id follows from the planned values', (type) => byValues.has(type)),
    count('data source query', (type) => byQuery.has(type)),
    count('tag, with ORPHAN_TAG=1', (type) => byTag.has(type)),
    count('any search, without the tag', isSearched),
    count('any search, with the tag', (type) => isSearched(type) || byTag.has(type)),
    count('no search: a person', (type) => !isSearched(type) && !byTag.has(type)),
  ];
}
