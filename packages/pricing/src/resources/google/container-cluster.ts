import { assumed, hoursPerMonth } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';
import { machine } from './compute-instance.ts';

export const containerCluster: ResourceModule = {
  types: ['google_container_cluster'],
  category: 'compute',
  components: (cluster) => {
    const control = {
      name: 'Control plane',
      unit: 'hours',
      quantity: hoursPerMonth,
      price: 'google.gke.cluster',
    };
    if (cluster.flag('enable_autopilot')) {
      const price = { missing: 'no prices of Autopilot pods' };
      return [control, { name: 'Pods', unit: 'vCPU-hours', usageKey: 'autopilot_vcpu_hours', price }];
    }
    return cluster.flag('remove_default_node_pool')
      ? [control]
      : [control, ...nodes(cluster, 'initial_node_count')];
  },
};

export const containerNodePool: ResourceModule = {
  types: ['google_container_node_pool'],
  category: 'compute',
  components: (pool) => nodes(pool, pool.isSet('node_count') ? 'node_count' : 'initial_node_count'),
};

/** The count applies per zone; `nodes` in the usage file gives the zones of a regional pool. */
function nodes(pool: ResourceReader, attribute: string): ComponentSpec[] {
  const config = pool.block('node_config') ?? pool.of({});
  const given = pool.usage('nodes') ?? pool.number(attribute, assumed(1, 'one node'));
  const type = config.textOr('machine_type', 'e2-medium');
  const disk = { size: config.raw('disk_size_gb') ?? 100, type: config.raw('disk_type') ?? 'pd-balanced' };
  return machine(pool.of({ machine_type: type, boot_disk: [disk] }), given);
}
