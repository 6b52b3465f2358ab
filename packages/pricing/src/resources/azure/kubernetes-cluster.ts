import { assumed, hoursPerMonth, product } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';

export const kubernetesCluster: ResourceModule = {
  types: ['azurerm_kubernetes_cluster'],
  category: 'compute',
  components: (cluster) => {
    const tier = cluster.textOrSchemaDefault('sku_tier', 'Free');
    const pool = cluster.block('default_node_pool');
    const price =
      tier === 'Standard' || tier === 'Paid' ? 'azure.aks.sla' : { missing: `no price of tier ${tier}` };
    return [
      ...(tier === 'Free' ? [] : [{ name: 'Uptime SLA', unit: 'hours', quantity: hoursPerMonth, price }]),
      ...(pool === undefined ? [] : nodes(pool, 'default_node_pool')),
    ];
  },
};

export const kubernetesNodePool: ResourceModule = {
  types: ['azurerm_kubernetes_cluster_node_pool'],
  category: 'compute',
  components: (pool) => nodes(pool),
};

function nodes(pool: ResourceReader, group?: string): ComponentSpec[] {
  const count = pool.number('node_count', pool.number('min_count', assumed(1, 'one node')));
  const sku = pool.text('vm_size');
  const isListed = pool.text('os_type') !== 'Windows' && pool.text('priority') !== 'Spot';
  return [
    {
      ...(group === undefined ? {} : { group }),
      name: `Nodes (${sku})`,
      unit: 'hours',
      quantity: product(count, hoursPerMonth),
      price: isListed ? { table: 'azure-vm', sku } : { missing: 'no prices of Windows or spot nodes' },
    },
  ];
}
