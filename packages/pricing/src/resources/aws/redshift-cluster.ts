import { Decimal } from 'decimal.js';
import { hoursPerMonth, product } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

export const redshiftCluster: ResourceModule = {
  types: ['aws_redshift_cluster'],
  category: 'database',
  components: (cluster) => {
    const sku = cluster.text('node_type');
    const nodes = cluster.number('number_of_nodes', 1);
    return [
      {
        name: `Nodes (on-demand, ${sku})`,
        unit: 'hours',
        quantity: product(nodes, hoursPerMonth),
        price: { table: 'redshift', sku },
      },
      ...(sku?.startsWith('ra3')
        ? [
            {
              name: 'Managed storage',
              unit: 'GB',
              usageKey: 'managed_storage_gb',
              price: 'aws.redshift.managed-storage',
            },
          ]
        : []),
      {
        // A second of an extra cluster costs as much as a second of the nodes.
        name: 'Concurrency scaling',
        unit: 'node-seconds',
        usageKey: 'excess_concurrency_scaling_secs',
        price: { table: 'redshift', sku, factor: new Decimal(1).div(3600) },
      },
      { name: 'Spectrum', unit: 'TB', usageKey: 'spectrum_data_scanned_tb', price: 'aws.redshift.spectrum' },
      {
        // Snapshots are charged like S3 objects.
        name: 'Backup storage',
        unit: 'GB',
        usageKey: 'backup_storage_gb',
        price: 'aws.s3.standard.storage',
      },
    ];
  },
};
