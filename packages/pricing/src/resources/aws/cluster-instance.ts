import { hoursPerMonth } from '../../quantity.ts';
import type { ComponentSpec, PriceQuery, ResourceModule } from '../../resource-module.ts';

/** DocumentDB and Neptune instances: one hourly price per class. */
export const clusterInstance: ResourceModule = {
  types: ['aws_docdb_cluster_instance', 'aws_neptune_cluster_instance'],
  category: 'database',
  components: (instance) => {
    const sku = instance.text('instance_class');
    const table = instance.type === 'aws_docdb_cluster_instance' ? 'docdb' : 'neptune';
    return [
      { name: `Instance (on-demand, ${sku})`, unit: 'hours', quantity: hoursPerMonth, price: { table, sku } },
    ];
  },
};

export const docdbCluster: ResourceModule = {
  types: ['aws_docdb_cluster'],
  category: 'database',
  components: () => [...storage('docdb'), backup({ missing: 'no price of DocumentDB backups' })],
};

export const neptuneCluster: ResourceModule = {
  types: ['aws_neptune_cluster'],
  category: 'database',
  components: () => [...storage('neptune'), backup('aws.neptune.backup')],
};

function storage(service: 'docdb' | 'neptune'): ComponentSpec[] {
  return [
    { name: 'Storage', unit: 'GB', usageKey: 'storage_gb', price: `aws.${service}.storage` },
    {
      name: 'I/O requests',
      unit: '1M requests',
      usageKey: 'monthly_io_requests',
      per: 1_000_000,
      price: `aws.${service}.io`,
    },
  ];
}

function backup(price: PriceQuery): ComponentSpec {
  return { name: 'Backup storage', unit: 'GB', usageKey: 'backup_storage_gb', price };
}
