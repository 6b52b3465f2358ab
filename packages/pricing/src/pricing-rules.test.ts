import assert from 'node:assert/strict';
import { Decimal } from 'decimal.js';
import { estimate } from './estimate.ts';
import type { NormalisedResource } from './normalised-resource.ts';
import { costOf } from './price-component.ts';

function monthly(
  type: string,
  values: Record<string, unknown>,
  usage: Record<string, unknown> = {},
): number | null {
  const resource: NormalisedResource = {
    address: `${type}.a`,
    type,
    region: 'us-east-1',
    values,
    unknown: {},
    action: 'create',
    references: {},
  };
  const [priced] = estimate([resource], { usage: { resource_usage: { [`${type}.a`]: usage } } }).resources;
  const cost = priced?.monthlyCost ?? null;
  return cost === null ? null : Math.round(cost * 100) / 100;
}

describe('tiers', () => {
  const tiers = [
    { from: new Decimal(0), price: new Decimal(3) },
    { from: new Decimal(10), price: new Decimal(2) },
    { from: new Decimal(100), price: new Decimal(1) },
  ];
  for (const [quantity, cost] of [
    [0, 0],
    [1, 3],
    [10, 30],
    [11, 32],
    [100, 210],
    [150, 260],
  ] as const) {
    test(`${quantity} units cost ${cost}`, () => {
      expect(costOf(new Decimal(quantity), tiers).toNumber()).toBe(cost);
    });
  }
});

/** Type, attributes, usage, and the expected price as a calculation. */
const rules: [string, string, Record<string, unknown>, Record<string, unknown>, number][] = [
  [
    'gp3 within what it includes',
    'aws_ebs_volume',
    { type: 'gp3', size: 100, iops: 3000, throughput: 125 },
    {},
    8,
  ],
  ['gp3 above it', 'aws_ebs_volume', { type: 'gp3', size: 100, iops: 5000, throughput: 250 }, {}, 8 + 10 + 5],
  ['io1', 'aws_ebs_volume', { type: 'io1', size: 100, iops: 1000 }, {}, 12.5 + 65],
  [
    'a size from its family',
    'aws_instance',
    { instance_type: 'm5.4xlarge', root_block_device: [{ volume_size: 10 }] },
    {},
    560.64 + 1,
  ],
  [
    'hours of the usage file',
    'aws_instance',
    { instance_type: 'm5.large', root_block_device: [{ volume_size: 10 }] },
    { monthly_hrs: 100 },
    9.6 + 1,
  ],
  [
    'unlimited t3 credits',
    'aws_instance',
    { instance_type: 't3.large' },
    { monthly_cpu_credit_hrs: 10 },
    60.74 + 0.8 + 1,
  ],
  ['a host has its own price', 'aws_instance', { instance_type: 'm5.large', tenancy: 'host' }, {}, 0.8],
  [
    'Multi-AZ is twice Single-AZ',
    'aws_db_instance',
    { engine: 'mysql', instance_class: 'db.m5.large', allocated_storage: 100, multi_az: true },
    {},
    2 * (124.83 + 11.5),
  ],
  [
    'RDS gp3 includes 3,000 IOPS',
    'aws_db_instance',
    {
      engine: 'postgres',
      instance_class: 'db.m5.large',
      allocated_storage: 100,
      storage_type: 'gp3',
      iops: 4000,
    },
    {},
    129.94 + 11.5 + 20,
  ],
  [
    'RDS gp3 includes 12,000 from 400 GB',
    'aws_db_instance',
    {
      engine: 'postgres',
      instance_class: 'db.m5.large',
      allocated_storage: 400,
      storage_type: 'gp3',
      iops: 12_000,
    },
    {},
    129.94 + 46,
  ],
  [
    'SQL Server has no striping',
    'aws_db_instance',
    {
      engine: 'sqlserver-se',
      instance_class: 'db.m5.xlarge',
      allocated_storage: 400,
      storage_type: 'gp3',
      iops: 12_000,
    },
    {},
    893.52 + 46 + 180,
  ],
  [
    'extended support is by vCPU',
    'aws_db_instance',
    { engine: 'postgres', engine_version: '11.22', instance_class: 'db.m5.xlarge', allocated_storage: 20 },
    {},
    259.88 + 2.3 + 292,
  ],
  ['old Kubernetes', 'aws_eks_cluster', { version: '1.27' }, {}, 438],
  ['new Kubernetes', 'aws_eks_cluster', { version: '1.33' }, {}, 73],
  [
    'nodes with their disks',
    'aws_eks_node_group',
    { instance_types: ['m5.large'], scaling_config: [{ desired_size: 3 }] },
    {},
    3 * (70.08 + 2),
  ],
  [
    'shards and replicas',
    'aws_elasticache_replication_group',
    { node_type: 'cache.m4.large', num_node_groups: 2, replicas_per_node_group: 1 },
    {},
    4 * 113.88,
  ],
  [
    'Lambda by duration and memory',
    'aws_lambda_function',
    { memory_size: 1024 },
    { monthly_requests: 1_000_000, request_duration_ms: 100 },
    0.2 + 1.67,
  ],
  [
    'S3 above 50 TB',
    'aws_s3_bucket',
    {},
    { standard: { storage_gb: 60_000 } },
    51_200 * 0.023 + 8800 * 0.022,
  ],
  ['SQS in steps of 64 KB', 'aws_sqs_queue', {}, { monthly_requests: 2_000_000, request_size_kb: 65 }, 1.6],
  ['SNS after a free million', 'aws_sns_topic', {}, { monthly_requests: 3_000_000 }, 1],
  [
    'the dearest dimension of a load balancer',
    'aws_lb',
    { load_balancer_type: 'application' },
    { processed_bytes_gb: 730, active_connections: 9000 },
    16.43 + 17.52,
  ],
  [
    'an endpoint in three subnets',
    'aws_vpc_endpoint',
    { vpc_endpoint_type: 'Interface', subnet_ids: ['a', 'b', 'c'] },
    {},
    21.9,
  ],
  ['a gateway endpoint', 'aws_vpc_endpoint', { vpc_endpoint_type: 'Gateway' }, {}, 0],
  ['firewall rules', 'aws_wafv2_web_acl', { rule: [{}, {}] }, {}, 7],
  [
    'a metric alarm with two metrics',
    'aws_cloudwatch_metric_alarm',
    { metric_query: [{ metric: [{ period: 60 }] }, { metric: [{ period: 60 }] }] },
    {},
    0.2,
  ],
  ['provisioned DynamoDB', 'aws_dynamodb_table', { read_capacity: 10, write_capacity: 5 }, {}, 0.95 + 2.37],
  [
    'a graph cluster with storage and requests',
    'aws_neptune_cluster',
    {},
    { storage_gb: 100, monthly_io_requests: 5_000_000, backup_storage_gb: 50 },
    10 + 1 + 1.05,
  ],
  [
    'EFS throughput beyond storage',
    'aws_efs_file_system',
    { throughput_mode: 'provisioned', provisioned_throughput_in_mibps: 10 },
    { storage_gb: 100 },
    30 + 30,
  ],
];

describe('pricing rules', () => {
  for (const [name, type, values, usage, expected] of rules) {
    test(name, () => {
      const cost = monthly(type, values, usage);
      assert.ok(cost !== null && Math.abs(cost - expected) <= 0.02, `${cost} instead of ${expected}`);
    });
  }

  test('a Google machine pays less for running all month, and only then', () => {
    const machine = (usage: Record<string, unknown>, family: string) => {
      const values = { machine_type: `${family}-standard-4`, zone: 'us-central1-a' };
      const resource = {
        type: 'google_compute_instance',
        region: 'us-central1',
        values,
        unknown: {},
        references: {},
      };
      const list = [{ ...resource, address: 'google_compute_instance.a', action: 'create' as const }];
      return estimate(list, { usage: { resource_usage: { google_compute_instance: usage } } }).total;
    };
    expect(Math.abs(machine({}, 'n1') / machine({ monthly_hrs: 365 }, 'n1') - 1.4)).toBeLessThan(1e-6);
    expect(Math.abs(machine({}, 'e2') / machine({ monthly_hrs: 365 }, 'e2') - 2)).toBeLessThan(1e-6);
  });
});
