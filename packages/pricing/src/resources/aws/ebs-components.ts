import { above, hoursPerMonth, product, type Quantity } from '../../quantity.ts';
import type { ComponentSpec } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';

/** Included in gp3 volumes: 3,000 IOPS and 125 MB/s. */
const gp3Included = { iops: 3000, throughput: 125 };
const labels: Record<string, string> = {
  gp2: 'general purpose SSD, gp2',
  gp3: 'general purpose SSD, gp3',
  io1: 'provisioned IOPS SSD, io1',
  io2: 'provisioned IOPS SSD, io2',
  st1: 'throughput optimised HDD, st1',
  sc1: 'cold HDD, sc1',
  standard: 'magnetic',
};

type Volume = {
  /** Reads `size`, `iops` and `throughput`, under the type's names for them. */
  reader: ResourceReader;
  type: string;
  size: Quantity;
  /** Number of such volumes. */
  count: Quantity;
  group?: string;
  /** Usage path of the I/O requests of a magnetic volume. */
  ioUsageKey: string;
};

export function ebsComponents({ reader, type, size, count, group, ioUsageKey }: Volume): ComponentSpec[] {
  const place = group === undefined ? {} : { group };
  const storage: ComponentSpec = {
    ...place,
    name: `Storage (${labels[type] ?? type})`,
    unit: 'GB',
    quantity: product(size, count),
    price: `aws.ebs.${type}`,
  };
  if (type === 'io1' || type === 'io2') {
    // Terraform requires iops for these types; AWS's minimum is 100.
    const iops = reader.number('iops', 100);
    return [
      storage,
      {
        ...place,
        name: 'Provisioned IOPS',
        unit: 'IOPS',
        quantity: product(iops, count),
        price: `aws.ebs.${type}.iops`,
      },
    ];
  }
  if (type === 'gp3') return [storage, ...gp3Extras(reader, count, place)];
  if (type === 'standard') {
    const requests = { name: 'I/O requests', unit: '1M requests', usageKey: ioUsageKey, per: 1_000_000 };
    return [storage, { ...place, ...requests, times: count, price: 'aws.ebs.standard.io' }];
  }
  return [storage];
}

function gp3Extras(reader: ResourceReader, count: Quantity, place: { group?: string }): ComponentSpec[] {
  const iops = above(reader.number('iops', gp3Included.iops), gp3Included.iops);
  const throughput = above(reader.number('throughput', gp3Included.throughput), gp3Included.throughput);
  return [
    {
      ...place,
      name: 'Provisioned throughput',
      unit: 'MB/s',
      quantity: product(throughput, count),
      price: 'aws.ebs.gp3.throughput',
    },
    {
      ...place,
      name: 'Provisioned IOPS',
      unit: 'IOPS',
      quantity: product(iops, count),
      price: 'aws.ebs.gp3.iops',
    },
  ].filter(({ quantity }) => !quantity.value?.isZero());
}

/** Returns the hours a resource runs: from the usage file, else the whole month. */
export function monthlyHours(reader: ResourceReader): Quantity {
  return reader.usage('monthly_hrs') ?? reader.usage('monthly_hours') ?? product(hoursPerMonth);
}
