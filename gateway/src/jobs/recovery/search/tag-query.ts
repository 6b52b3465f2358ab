import type { Query } from './query.ts';

/**
 * The Resource Groups Tagging API's names of resource types that can be tagged.
 * Source: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
 */
const taggable: Record<string, string> = {
  aws_vpc: 'ec2:vpc',
  aws_subnet: 'ec2:subnet',
  aws_security_group: 'ec2:security-group',
  aws_instance: 'ec2:instance',
  aws_ebs_volume: 'ec2:volume',
  aws_ebs_snapshot: 'ec2:snapshot',
  aws_ami: 'ec2:image',
  aws_eip: 'ec2:elastic-ip',
  aws_route_table: 'ec2:route-table',
  aws_network_acl: 'ec2:network-acl',
  aws_network_interface: 'ec2:network-interface',
  aws_nat_gateway: 'ec2:natgateway',
  aws_internet_gateway: 'ec2:internet-gateway',
  aws_egress_only_internet_gateway: 'ec2:egress-only-internet-gateway',
  aws_vpc_peering_connection: 'ec2:vpc-peering-connection',
  aws_vpc_endpoint: 'ec2:vpc-endpoint',
  aws_vpc_dhcp_options: 'ec2:dhcp-options',
  aws_vpc_security_group_ingress_rule: 'ec2:security-group-rule',
  aws_vpc_security_group_egress_rule: 'ec2:security-group-rule',
  aws_launch_template: 'ec2:launch-template',
  aws_key_pair: 'ec2:key-pair',
  aws_flow_log: 'ec2:vpc-flow-log',
  aws_customer_gateway: 'ec2:customer-gateway',
  aws_vpn_gateway: 'ec2:vpn-gateway',
  aws_vpn_connection: 'ec2:vpn-connection',
  aws_ec2_transit_gateway: 'ec2:transit-gateway',
  aws_ec2_transit_gateway_vpc_attachment: 'ec2:transit-gateway-attachment',
  aws_lb: 'elasticloadbalancing:loadbalancer',
  aws_alb: 'elasticloadbalancing:loadbalancer',
  aws_lb_target_group: 'elasticloadbalancing:targetgroup',
  aws_lb_listener: 'elasticloadbalancing:listener',
  aws_lb_listener_rule: 'elasticloadbalancing:listener-rule',
  aws_efs_file_system: 'elasticfilesystem:file-system',
  aws_efs_access_point: 'elasticfilesystem:access-point',
  aws_kms_key: 'kms:key',
  aws_acm_certificate: 'acm:certificate',
  aws_cloudfront_distribution: 'cloudfront:distribution',
  aws_secretsmanager_secret: 'secretsmanager:secret',
  aws_sns_topic: 'sns',
  aws_sfn_state_machine: 'states:stateMachine',
  aws_wafv2_web_acl: 'wafv2:webacl',
  aws_wafv2_ip_set: 'wafv2:ipset',
  aws_cognito_user_pool: 'cognito-idp:userpool',
  aws_ecs_task_definition: 'ecs:task-definition',
  aws_route53_zone: 'route53:hostedzone',
  aws_api_gateway_rest_api: 'apigateway:restapis',
  aws_apigatewayv2_api: 'apigateway:apis',
  aws_api_gateway_stage: 'apigateway:restapis',
  aws_backup_plan: 'backup:backup-plan',
  aws_msk_cluster: 'kafka:cluster',
  aws_mq_broker: 'mq:broker',
  aws_batch_compute_environment: 'batch:compute-environment',
  aws_guardduty_detector: 'guardduty:detector',
};

/** Types whose id is the ARN itself. The id of the others is the last part of the ARN. */
const arnIsId = new Set([
  'aws_lb',
  'aws_alb',
  'aws_lb_target_group',
  'aws_lb_listener',
  'aws_lb_listener_rule',
  'aws_acm_certificate',
  'aws_secretsmanager_secret',
  'aws_sns_topic',
  'aws_sfn_state_machine',
  'aws_msk_cluster',
  'aws_batch_compute_environment',
]);

export const taggableTypes: readonly string[] = Object.keys(taggable);

/** Returns the tag by which a project's objects are found. It has no job or address: the plugin protocol lacks both. */
export function orphanTagOf(projectId: string): { key: string; value: string } {
  return { key: 'deployment-engine:project', value: projectId };
}

/** Returns a query that finds objects of a type by a tag; `undefined` for types that can't be tagged. */
export function tagQuery(type: string, tag: { key: string; value: string }): Query | undefined {
  const resourceType = taggable[type];
  if (!resourceType) return undefined;
  return {
    data: 'aws_resourcegroupstaggingapi_resources',
    answer: 'resource_tag_mapping_list',
    arguments: () => ({
      tag_filter: [{ key: tag.key, values: [tag.value] }],
      resource_type_filters: [resourceType],
    }),
  };
}

/** Returns an object's id in Terraform, from its ARN. */
export function idOfArn(type: string, arn: string): string {
  return arnIsId.has(type) ? arn : (arn.split(/[/:]/).at(-1) ?? arn);
}
