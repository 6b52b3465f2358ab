import { hoursPerMonth, product, type Quantity, sum } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';

export const cacheCluster: ResourceModule = {
  types: ['aws_elasticache_cluster'],
  category: 'database',
  components: (cluster) => {
    // A member of a replication group is charged with the group.
    if (cluster.isSet('replication_group_id') && cluster.text('engine') === null) return [];
    return nodes(cluster, cluster.number('num_cache_nodes', 1));
  },
};

export const cacheReplicationGroup: ResourceModule = {
  types: ['aws_elasticache_replication_group'],
  category: 'database',
  components: (group) => {
    const mode = group.block('cluster_mode') ?? group;
    const shards = mode.number('num_node_groups', group.number('num_node_groups'));
    const replicas = mode.number('replicas_per_node_group', group.number('replicas_per_node_group', 0));
    const plain = group.number('num_cache_clusters', group.number('number_cache_clusters', 1));
    const count = shards.value === null ? plain : product(shards, sum(replicas, 1));
    return nodes(group, count);
  },
};

/** The first snapshot of a cluster is free, so storage is charged only if more than one is kept. */
function nodes(cluster: ResourceReader, count: Quantity): ComponentSpec[] {
  const sku = cluster.text('node_type');
  const isReserved = cluster.usageText('reserved_instance_term') !== null;
  const snapshots = cluster.number('snapshot_retention_limit', 0);
  const backup: ComponentSpec = {
    name: 'Backup storage',
    unit: 'GB',
    usageKey: 'snapshot_storage_size_gb',
    price: 'aws.elasticache.backup',
  };
  return [
    {
      name: `Nodes (${isReserved ? 'reserved' : 'on-demand'}, ${sku})`,
      unit: 'hours',
      quantity: product(count, hoursPerMonth),
      price: isReserved ? { missing: 'no prices of reserved nodes' } : { table: 'elasticache', sku },
    },
    ...(snapshots.value?.gt(1) || cluster.usage('snapshot_storage_size_gb') !== null ? [backup] : []),
  ];
}
