import { isRecord } from '@deployment-engine/terraform-code';
import { Unknown } from '../../unknown.ts';
import {
  type Attributes,
  attributes,
  type Conversion,
  type Converted,
  listOf,
  type Properties,
  part,
  policyText,
  same,
} from './conversion.ts';

function instance(properties: Properties): Converted[] {
  const all = attributes(properties);
  const disks = listOf(properties.BlockDeviceMappings).flatMap(diskOf);
  const [first] = listOf(properties.NetworkInterfaces);
  const ofInterface = part(attributes({ first }), 'first', 'associate_public_ip_address');
  return [
    {
      type: 'aws_instance',
      attributes: {
        ...all,
        root_block_device: disks.filter(isRoot),
        ebs_block_device: disks.filter((disk) => !isRoot(disk)),
        launch_template: listOf(all.launch_template),
        ...(ofInterface === undefined ? {} : { associate_public_ip_address: ofInterface }),
      },
    },
  ];
}

function diskOf(mapping: unknown): Attributes[] {
  const disk = part(mapping, 'Ebs');
  return disk === undefined ? [] : [{ ...attributes(disk), device_name: part(mapping, 'DeviceName') }];
}

/** The names that common images give their first disk; Terraform has it apart from the others. */
function isRoot({ device_name: name }: Attributes): boolean {
  return name === '/dev/xvda' || name === '/dev/sda1';
}

function launchTemplate(properties: Properties): Converted[] {
  const data = attributes(properties.LaunchTemplateData ?? {});
  return [{ type: 'aws_launch_template', attributes: { name: properties.LaunchTemplateName, ...data } }];
}

/** Terraform has the containers as JSON, with names that begin in lower case. */
function taskDefinition(properties: Properties): Converted[] {
  const { ContainerDefinitions: containers, ...rest } = properties;
  return [
    {
      type: 'aws_ecs_task_definition',
      attributes: { ...attributes(rest), container_definitions: policyText(lowerFirst(containers)) },
    },
  ];
}

function lowerFirst(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerFirst);
  if (value instanceof Unknown || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
      lowerFirst(item),
    ]),
  );
}

/** CloudFormation runs one task where the number is not given. */
function service(properties: Properties): Converted[] {
  return [{ type: 'aws_ecs_service', attributes: { desired_count: 1, ...attributes(properties) } }];
}

function group(properties: Properties): Converted[] {
  const all = attributes(properties);
  const mixed = part(all, 'mixed_instances_policy', 'launch_template');
  return [
    {
      type: 'aws_autoscaling_group',
      attributes: isRecord(mixed)
        ? {
            ...all,
            mixed_instances_policy: {
              instances_distribution: part(all, 'mixed_instances_policy', 'instances_distribution'),
              launch_template: { ...mixed, override: part(mixed, 'overrides') },
            },
          }
        : all,
    },
  ];
}

function alarm(properties: Properties): Converted[] {
  const { Metrics: metrics, ...rest } = properties;
  const queries = listOf(metrics).map((query) => ({
    expression: part(query, 'Expression'),
    metric: part(query, 'MetricStat') === undefined ? undefined : attributes(part(query, 'MetricStat')),
  }));
  return [
    { type: 'aws_cloudwatch_metric_alarm', attributes: { ...attributes(rest), metric_query: queries } },
  ];
}

/** Names and values of the environment stay as they are. */
function lambda(properties: Properties): Converted[] {
  const { Environment: environment, ...rest } = properties;
  const variables = part(environment, 'Variables');
  return [
    {
      type: 'aws_lambda_function',
      attributes: {
        ...attributes(rest),
        ...(variables === undefined ? {} : { environment: [{ variables }] }),
      },
    },
  ];
}

function cluster(properties: Properties): Converted[] {
  const all = attributes(properties);
  const logs = part(all, 'logging', 'cluster_logging', 'enabled_types');
  return [
    {
      type: 'aws_eks_cluster',
      attributes: {
        ...all,
        vpc_config: all.resources_vpc_config,
        enabled_cluster_log_types:
          logs instanceof Unknown ? logs : listOf(logs).map((log) => part(log, 'type')),
      },
    },
  ];
}

export const computeTypes: Record<string, Conversion> = {
  'AWS::ApiGateway::Deployment': same('aws_api_gateway_deployment'),
  'AWS::ApiGateway::Method': same('aws_api_gateway_method'),
  'AWS::ApiGateway::Resource': same('aws_api_gateway_resource'),
  'AWS::ApiGateway::RestApi': same('aws_api_gateway_rest_api'),
  'AWS::ApiGateway::Stage': same('aws_api_gateway_stage'),
  'AWS::ApiGatewayV2::Api': same('aws_apigatewayv2_api'),
  'AWS::ApiGatewayV2::Integration': same('aws_apigatewayv2_integration'),
  'AWS::ApiGatewayV2::Route': same('aws_apigatewayv2_route'),
  'AWS::ApiGatewayV2::Stage': same('aws_apigatewayv2_stage'),
  'AWS::AutoScaling::AutoScalingGroup': group,
  'AWS::CloudTrail::Trail': same('aws_cloudtrail'),
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::EC2::Instance': instance,
  'AWS::EC2::KeyPair': same('aws_key_pair'),
  'AWS::EC2::LaunchTemplate': launchTemplate,
  'AWS::EC2::Volume': same('aws_ebs_volume', { volume_type: 'type' }),
  'AWS::EC2::VolumeAttachment': same('aws_volume_attachment'),
  'AWS::ECS::Cluster': same('aws_ecs_cluster'),
  'AWS::ECS::Service': service,
  'AWS::ECS::TaskDefinition': taskDefinition,
  'AWS::EKS::Cluster': cluster,
  'AWS::EKS::Nodegroup': same('aws_eks_node_group'),
  'AWS::Events::Rule': same('aws_cloudwatch_event_rule'),
  'AWS::Lambda::Alias': same('aws_lambda_alias'),
  'AWS::Lambda::EventSourceMapping': same('aws_lambda_event_source_mapping'),
  'AWS::Lambda::Function': lambda,
  'AWS::Lambda::LayerVersion': same('aws_lambda_layer_version'),
  'AWS::Lambda::Permission': same('aws_lambda_permission'),
  'AWS::Lambda::Url': same('aws_lambda_function_url', { auth_type: 'authorization_type' }),
  'AWS::Lambda::Version': same('aws_lambda_function_version'),
  'AWS::Logs::LogGroup': same('aws_cloudwatch_log_group'),
  'AWS::Logs::LogStream': same('aws_cloudwatch_log_stream'),
};
