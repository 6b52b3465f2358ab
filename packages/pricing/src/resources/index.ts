import type { ResourceModule } from '../resource-module.ts';
import { apiGatewayRest, apiGatewayV2 } from './aws/api-gateway.ts';
import { autoscalingGroup } from './aws/autoscaling-group.ts';
import { cloudfrontDistribution } from './aws/cloudfront-distribution.ts';
import { cloudwatchDashboard } from './aws/cloudwatch-dashboard.ts';
import { clusterInstance, docdbCluster, neptuneCluster } from './aws/cluster-instance.ts';
import { dbInstance } from './aws/db-instance.ts';
import { dynamodbTable } from './aws/dynamodb-table.ts';
import { ebsSnapshot, ebsVolume } from './aws/ebs-volume.ts';
import { ec2Host } from './aws/ec2-host.ts';
import { ecrRepository } from './aws/ecr-repository.ts';
import { ecsService } from './aws/ecs-service.ts';
import { efsFileSystem } from './aws/efs-file-system.ts';
import { eip } from './aws/eip.ts';
import { eksCluster, eksNodeGroup } from './aws/eks.ts';
import { cacheCluster, cacheReplicationGroup } from './aws/elasticache.ts';
import { elb } from './aws/elb.ts';
import { instance } from './aws/instance.ts';
import { kinesisStream } from './aws/kinesis-stream.ts';
import { kmsKey } from './aws/kms-key.ts';
import { lambdaFunction } from './aws/lambda-function.ts';
import { loadBalancer } from './aws/load-balancer.ts';
import { logGroup } from './aws/log-group.ts';
import { metricAlarm } from './aws/metric-alarm.ts';
import { mqBroker } from './aws/mq-broker.ts';
import { mskCluster } from './aws/msk-cluster.ts';
import { natGateway } from './aws/nat-gateway.ts';
import { networkFirewall } from './aws/network-firewall.ts';
import { openSearchDomain } from './aws/opensearch-domain.ts';
import { rdsCluster, rdsClusterInstance } from './aws/rds-cluster.ts';
import { redshiftCluster } from './aws/redshift-cluster.ts';
import { route53Zone } from './aws/route53-zone.ts';
import { s3Bucket } from './aws/s3-bucket.ts';
import { secret } from './aws/secret.ts';
import { snsTopic } from './aws/sns-topic.ts';
import { sqsQueue } from './aws/sqs-queue.ts';
import { stateMachine } from './aws/state-machine.ts';
import { transitGatewayAttachment } from './aws/transit-gateway-attachment.ts';
import { vpcEndpoint } from './aws/vpc-endpoint.ts';
import { vpnConnection } from './aws/vpn-connection.ts';
import { wafWebAcl } from './aws/waf-web-acl.ts';
import { flexibleServer, mssqlDatabase, redisCache } from './azure/databases.ts';
import { kubernetesCluster, kubernetesNodePool } from './azure/kubernetes-cluster.ts';
import { managedDisk } from './azure/managed-disk.ts';
import { applicationGateway, azureNatGateway, firewall, publicIp, vpnGateway } from './azure/network.ts';
import { servicePlan } from './azure/service-plan.ts';
import { storageAccount } from './azure/storage-account.ts';
import { scaleSet, virtualMachine } from './azure/virtual-machine.ts';
import { computeInstance, instanceGroupManager } from './google/compute-instance.ts';
import { containerCluster, containerNodePool } from './google/container-cluster.ts';
import { computeDisk } from './google/disk.ts';
import { forwardingRule, redisInstance, routerNat, sqlInstance } from './google/services.ts';
import { storageBucket } from './google/storage-bucket.ts';

const modules: ResourceModule[] = [
  apiGatewayRest,
  apiGatewayV2,
  autoscalingGroup,
  cloudfrontDistribution,
  cloudwatchDashboard,
  clusterInstance,
  docdbCluster,
  neptuneCluster,
  dbInstance,
  dynamodbTable,
  ebsVolume,
  ebsSnapshot,
  ec2Host,
  ecrRepository,
  ecsService,
  efsFileSystem,
  eip,
  eksCluster,
  eksNodeGroup,
  cacheCluster,
  cacheReplicationGroup,
  elb,
  instance,
  kinesisStream,
  kmsKey,
  lambdaFunction,
  loadBalancer,
  logGroup,
  metricAlarm,
  mqBroker,
  mskCluster,
  natGateway,
  networkFirewall,
  openSearchDomain,
  rdsCluster,
  rdsClusterInstance,
  redshiftCluster,
  route53Zone,
  s3Bucket,
  secret,
  snsTopic,
  sqsQueue,
  stateMachine,
  transitGatewayAttachment,
  vpcEndpoint,
  vpnConnection,
  wafWebAcl,
  mssqlDatabase,
  flexibleServer,
  redisCache,
  kubernetesCluster,
  kubernetesNodePool,
  managedDisk,
  publicIp,
  applicationGateway,
  azureNatGateway,
  firewall,
  vpnGateway,
  servicePlan,
  storageAccount,
  virtualMachine,
  scaleSet,
  computeInstance,
  instanceGroupManager,
  containerCluster,
  containerNodePool,
  computeDisk,
  forwardingRule,
  routerNat,
  redisInstance,
  storageBucket,
  sqlInstance,
];

/** Every priced resource type with the module that prices it. */
export const resourceModules = new Map(modules.flatMap((entry) => entry.types.map((type) => [type, entry])));
