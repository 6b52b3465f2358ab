import { Unknown } from '../../unknown.ts';
import {
  attributes,
  type Conversion,
  type Converted,
  listOf,
  type Properties,
  part,
  same,
  scalar,
} from './conversion.ts';

function ingress(rule: unknown) {
  return {
    protocol: scalar(part(rule, 'IpProtocol')),
    from_port: scalar(part(rule, 'FromPort')),
    to_port: scalar(part(rule, 'ToPort')),
    cidr_blocks: listOf(part(rule, 'CidrIp')),
    ipv6_cidr_blocks: listOf(part(rule, 'CidrIpv6')),
    prefix_list_ids: listOf(part(rule, 'SourcePrefixListId')),
  };
}

function securityGroup({ SecurityGroupIngress: rules, ...rest }: Properties): Converted[] {
  const known = rules instanceof Unknown ? rules : listOf(rules).map(ingress);
  return [{ type: 'aws_security_group', attributes: { ...attributes(rest), ingress: known } }];
}

function flowLog(properties: Properties): Converted[] {
  const ofVpc = properties.ResourceType === 'VPC';
  return [
    {
      type: 'aws_flow_log',
      attributes: { ...attributes(properties), ...(ofVpc ? { vpc_id: properties.ResourceId } : {}) },
    },
  ];
}

function listener(properties: Properties): Converted[] {
  const all = attributes(properties);
  const actions = listOf(all.default_actions).map((action) => ({
    type: part(action, 'type'),
    redirect: listOf(part(action, 'redirect_config')),
  }));
  return [{ type: 'aws_lb_listener', attributes: { ...all, default_action: actions } }];
}

function distribution(properties: Properties): Converted[] {
  const config = attributes(properties.DistributionConfig ?? {});
  return [
    {
      type: 'aws_cloudfront_distribution',
      attributes: { ...config, ordered_cache_behavior: config.cache_behaviors, origin: config.origins },
    },
  ];
}

function prefixList(properties: Properties): Converted[] {
  const all = attributes(properties);
  return [{ type: 'aws_ec2_managed_prefix_list', attributes: { ...all, entry: all.entries } }];
}

export const networkTypes: Record<string, Conversion> = {
  'AWS::CertificateManager::Certificate': same('aws_acm_certificate'),
  'AWS::CloudFront::Distribution': distribution,
  'AWS::CloudFront::OriginAccessControl': same('aws_cloudfront_origin_access_control'),
  'AWS::EC2::EIP': same('aws_eip'),
  'AWS::EC2::FlowLog': flowLog,
  'AWS::EC2::InternetGateway': same('aws_internet_gateway'),
  'AWS::EC2::NatGateway': same('aws_nat_gateway'),
  'AWS::EC2::PrefixList': prefixList,
  'AWS::EC2::Route': same('aws_route'),
  'AWS::EC2::RouteTable': same('aws_route_table'),
  'AWS::EC2::SecurityGroup': securityGroup,
  'AWS::EC2::SecurityGroupEgress': same('aws_vpc_security_group_egress_rule'),
  'AWS::EC2::SecurityGroupIngress': (properties) => [
    { type: 'aws_security_group_rule', attributes: { ...ingress(properties), type: 'ingress' } },
  ],
  'AWS::EC2::Subnet': same('aws_subnet'),
  'AWS::EC2::SubnetRouteTableAssociation': same('aws_route_table_association'),
  'AWS::EC2::VPC': same('aws_vpc'),
  'AWS::EC2::VPCEndpoint': same('aws_vpc_endpoint'),
  'AWS::EC2::VPCGatewayAttachment': same('aws_internet_gateway_attachment'),
  'AWS::ElasticLoadBalancingV2::Listener': listener,
  'AWS::ElasticLoadBalancingV2::ListenerRule': same('aws_lb_listener_rule'),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': same('aws_lb', { type: 'load_balancer_type' }),
  'AWS::ElasticLoadBalancingV2::TargetGroup': same('aws_lb_target_group'),
  'AWS::Route53::HostedZone': same('aws_route53_zone'),
  'AWS::Route53::RecordSet': same('aws_route53_record'),
};
