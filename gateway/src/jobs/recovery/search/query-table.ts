import { byArguments, byFilters, filters, type Query, tagsOf } from './query.ts';

const named = (data: string, answer: string, argument = 'name', attribute = 'name'): Query =>
  byArguments(data, answer, { [attribute]: argument });

/** A security group created with `name_prefix` has a name that begins with it. */
const securityGroups: Query = {
  data: 'aws_security_groups',
  answer: 'ids',
  arguments(values) {
    const { name, name_prefix: prefix } = values;
    const pattern = typeof name === 'string' && name ? name : prefix ? `${prefix}*` : undefined;
    if (pattern === undefined) return undefined;
    return {
      filter: [{ name: 'group-name', values: [pattern] }, ...filters(values, { vpc_id: 'vpc-id' })],
    };
  },
};

const instances: Query = {
  data: 'aws_instances',
  answer: 'ids',
  arguments(values) {
    const filter = filters(values, {
      ami: 'image-id',
      instance_type: 'instance-type',
      subnet_id: 'subnet-id',
    });
    const tags = tagsOf(values);
    if (filter.length === 0) return undefined;
    return {
      filter,
      instance_state_names: ['pending', 'running', 'stopping', 'stopped'],
      ...(Object.keys(tags).length > 0 ? { instance_tags: tags } : {}),
    };
  },
};

const addresses: Query = {
  data: 'aws_eips',
  answer: 'allocation_ids',
  arguments: (values) => (Object.keys(tagsOf(values)).length > 0 ? { tags: tagsOf(values) } : undefined),
};

/** Finds a load balancer by its name. */
const loadBalancer: Query = named('aws_lb', 'arn');

/**
 * Data sources of the AWS provider that find an object by its planned values. Source: the provider's data source
 * reference, version 5.100.
 */
export const queries: Record<string, Query> = {
  aws_vpc: byFilters('aws_vpcs', 'ids', { cidr_block: 'cidr' }),
  aws_subnet: byFilters('aws_subnets', 'ids', { vpc_id: 'vpc-id', cidr_block: 'cidr-block' }),
  aws_security_group: securityGroups,
  aws_instance: instances,
  aws_ebs_volume: byFilters('aws_ebs_volumes', 'ids', {
    availability_zone: 'availability-zone',
    size: 'size',
  }),
  aws_route_table: byFilters('aws_route_tables', 'ids', { vpc_id: 'vpc-id' }),
  aws_network_acl: byFilters('aws_network_acls', 'ids', { vpc_id: 'vpc-id' }),
  aws_network_interface: byFilters('aws_network_interfaces', 'ids', {
    subnet_id: 'subnet-id',
    description: 'description',
  }),
  aws_nat_gateway: byFilters('aws_nat_gateways', 'ids', { subnet_id: 'subnet-id' }),
  aws_internet_gateway: byFilters('aws_internet_gateway', 'internet_gateway_id', {
    vpc_id: 'attachment.vpc-id',
  }),
  aws_vpc_peering_connection: byFilters('aws_vpc_peering_connections', 'ids', {
    vpc_id: 'requester-vpc-info.vpc-id',
    peer_vpc_id: 'accepter-vpc-info.vpc-id',
  }),
  aws_vpc_endpoint: byArguments('aws_vpc_endpoint', 'id', { vpc_id: 'vpc_id', service_name: 'service_name' }),
  aws_vpc_dhcp_options: byFilters('aws_vpc_dhcp_options', 'dhcp_options_id', {}),
  aws_eip: addresses,
  aws_ami: byFilters('aws_ami_ids', 'ids', { name: 'name' }),
  aws_launch_template: named('aws_launch_template', 'id'),
  aws_lb: loadBalancer,
  aws_alb: loadBalancer,
  aws_lb_target_group: named('aws_lb_target_group', 'arn'),
  aws_lb_listener: byArguments('aws_lb_listener', 'arn', {
    load_balancer_arn: 'load_balancer_arn',
    port: 'port',
  }),
  aws_efs_file_system: byArguments('aws_efs_file_system', 'file_system_id', {
    creation_token: 'creation_token',
  }),
  aws_sqs_queue: named('aws_sqs_queue', 'url'),
  aws_sns_topic: named('aws_sns_topic', 'arn'),
  aws_secretsmanager_secret: named('aws_secretsmanager_secret', 'arn'),
  aws_iam_policy: named('aws_iam_policy', 'arn'),
  aws_sfn_state_machine: named('aws_sfn_state_machine', 'arn'),
  aws_apigatewayv2_api: named('aws_apigatewayv2_apis', 'ids'),
  aws_api_gateway_rest_api: named('aws_api_gateway_rest_api', 'id'),
  aws_api_gateway_vpc_link: named('aws_api_gateway_vpc_link', 'id'),
  aws_cognito_user_pool: named('aws_cognito_user_pools', 'ids'),
  aws_route53_zone: named('aws_route53_zone', 'zone_id'),
  aws_acm_certificate: byArguments('aws_acm_certificate', 'arn', { domain_name: 'domain' }),
  aws_wafv2_web_acl: byArguments('aws_wafv2_web_acl', 'id', { name: 'name', scope: 'scope' }),
  aws_wafv2_ip_set: byArguments('aws_wafv2_ip_set', 'id', { name: 'name', scope: 'scope' }),
  aws_ec2_transit_gateway: byFilters('aws_ec2_transit_gateway', 'id', {}),
  aws_ec2_transit_gateway_vpc_attachment: byFilters('aws_ec2_transit_gateway_vpc_attachments', 'ids', {
    vpc_id: 'vpc-id',
    transit_gateway_id: 'transit-gateway-id',
  }),
  aws_customer_gateway: byFilters('aws_customer_gateway', 'id', { ip_address: 'ip-address' }),
  aws_vpn_gateway: byFilters('aws_vpn_gateway', 'id', { vpc_id: 'attachment.vpc-id' }),
  aws_db_snapshot: byArguments('aws_db_snapshot', 'id', { db_snapshot_identifier: 'db_snapshot_identifier' }),
  aws_ssm_document: named('aws_ssm_document', 'name'),
  aws_service_discovery_private_dns_namespace: {
    data: 'aws_service_discovery_dns_namespace',
    answer: 'id',
    arguments: ({ name }) => (typeof name === 'string' ? { name, type: 'DNS_PRIVATE' } : undefined),
  },
  aws_vpc_security_group_ingress_rule: byFilters('aws_vpc_security_group_rules', 'ids', {
    security_group_id: 'group-id',
  }),
  aws_vpc_security_group_egress_rule: byFilters('aws_vpc_security_group_rules', 'ids', {
    security_group_id: 'group-id',
  }),
};
