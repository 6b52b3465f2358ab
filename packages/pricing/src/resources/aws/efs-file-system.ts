import { Decimal } from 'decimal.js';
import { above, assumed, product } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';

/** Throughput included with storage: 1 MB/s per 20 GB. */
const includedGbPerMbps = 20;

export const efsFileSystem: ResourceModule = {
  types: ['aws_efs_file_system'],
  category: 'storage',
  components: (files) => {
    const zone =
      files.isSet('availability_zone_name') && files.text('availability_zone_name') !== null
        ? 'one-zone'
        : 'standard';
    const movesToIa = files
      .blocks('lifecycle_policy')
      .some((policy) => policy.text('transition_to_ia') !== null);
    return [
      { name: `Storage (${zone})`, unit: 'GB', usageKey: 'storage_gb', price: `aws.efs.${zone}` },
      ...(movesToIa ? infrequentAccess(zone) : []),
      ...(files.text('throughput_mode') === 'provisioned' ? [throughput(files)] : []),
    ];
  },
};

function infrequentAccess(zone: string): ComponentSpec[] {
  return [
    {
      name: `Storage (${zone}, infrequent access)`,
      unit: 'GB',
      usageKey: 'infrequent_access_storage_gb',
      price: `aws.efs.${zone}-ia`,
    },
    {
      name: 'Reads (infrequent access)',
      unit: 'GB',
      usageKey: 'monthly_infrequent_access_read_gb',
      price: 'aws.efs.ia-read',
    },
    {
      name: 'Writes (infrequent access)',
      unit: 'GB',
      usageKey: 'monthly_infrequent_access_write_gb',
      price: 'aws.efs.ia-write',
    },
  ];
}

function throughput(files: ResourceReader): ComponentSpec {
  const stored = files.usage('storage_gb') ?? assumed(0, 'no storage_gb given, none assumed');
  const included = product(stored, new Decimal(1).div(includedGbPerMbps));
  const quantity = above(files.number('provisioned_throughput_in_mibps'), included);
  return { name: 'Provisioned throughput', unit: 'MB/s', quantity, price: 'aws.efs.throughput' };
}
