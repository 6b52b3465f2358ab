import { assumed, hoursPerMonth, product, type Quantity } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';

export const openSearchDomain: ResourceModule = {
  types: ['aws_opensearch_domain', 'aws_elasticsearch_domain'],
  category: 'database',
  components: (domain) => {
    const cluster = domain.block('cluster_config') ?? domain.of({});
    const data = nodes(cluster, 'instance_type', 'instance_count', 1);
    const disk = domain.block('ebs_options');
    return [
      ...instances('Data nodes', cluster, 'instance_type', data),
      ...(cluster.flag('dedicated_master_enabled')
        ? instances(
            'Master nodes',
            cluster,
            'dedicated_master_type',
            nodes(cluster, 'dedicated_master_type', 'dedicated_master_count', 3),
          )
        : []),
      ...(cluster.flag('warm_enabled')
        ? instances('Warm nodes', cluster, 'warm_type', cluster.number('warm_count', 2))
        : []),
      ...(disk?.flag('ebs_enabled') ? storage(disk, data) : []),
    ];
  },
};

function nodes(cluster: ResourceReader, type: string, count: string, fallback: number): Quantity {
  return cluster.number(count, cluster.isSet(type) ? fallback : assumed(fallback, `${count} ${fallback}`));
}

function instances(name: string, cluster: ResourceReader, type: string, count: Quantity): ComponentSpec[] {
  // Terraform accepts the suffix `.search` or `.elasticsearch` for the same instance types.
  const sku = cluster.text(type)?.replace(/\.elasticsearch$/, '.search') ?? null;
  return [
    {
      name: `${name} (${sku})`,
      unit: 'hours',
      quantity: product(count, hoursPerMonth),
      price: { table: 'opensearch', sku },
    },
  ];
}

function storage(disk: ResourceReader, count: Quantity): ComponentSpec[] {
  const type = disk.text('volume_type') ?? 'gp2';
  const size = disk.number('volume_size', assumed(8, 'disk of 8 GB'));
  return [
    {
      name: `Storage (${type})`,
      unit: 'GB',
      quantity: product(size, count),
      price: `aws.opensearch.${type}`,
    },
  ];
}
