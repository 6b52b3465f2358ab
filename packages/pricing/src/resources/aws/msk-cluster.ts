import { assumed, hoursPerMonth, product } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

export const mskCluster: ResourceModule = {
  types: ['aws_msk_cluster'],
  category: 'other',
  components: (cluster) => {
    const brokers = cluster.number('number_of_broker_nodes');
    const group = cluster.block('broker_node_group_info');
    const volume = group?.block('storage_info')?.block('ebs_storage_info');
    const size =
      volume?.number('volume_size') ??
      group?.number('ebs_volume_size') ??
      assumed(1000, 'broker disk of 1000 GB');
    const sku = group?.text('instance_type') ?? null;
    return [
      {
        name: `Brokers (${sku})`,
        unit: 'hours',
        quantity: product(brokers, hoursPerMonth),
        price: { table: 'msk', sku },
      },
      { name: 'Storage', unit: 'GB', quantity: product(size, brokers), price: 'aws.msk.storage' },
    ];
  },
};
