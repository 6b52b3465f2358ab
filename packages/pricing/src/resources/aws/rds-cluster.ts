import { assumed, combine, hoursPerMonth, product } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';
import { rdsExtras } from './rds-components.ts';
import { engineTable } from './rds-names.ts';

export const rdsCluster: ResourceModule = {
  types: ['aws_rds_cluster'],
  category: 'database',
  components: (cluster) => {
    if (cluster.text('db_cluster_instance_class') !== null) return multiAzCluster();
    const isOptimised = cluster.text('storage_type') === 'aurora-iopt1';
    const engine = cluster.textOrSchemaDefault('engine', 'aurora-mysql');
    return [
      ...(cluster.text('engine_mode') === 'serverless' ? [serverlessV1(cluster)] : []),
      {
        name: isOptimised ? 'Storage (I/O-optimised)' : 'Storage',
        unit: 'GB',
        usageKey: 'storage_gb',
        price: isOptimised ? 'aws.aurora.storage.io-optimised' : 'aws.aurora.storage',
      },
      ...(isOptimised ? [] : [requests(cluster)]),
      { name: 'Backup storage', unit: 'GB', usageKey: 'backup_snapshot_size_gb', price: 'aws.aurora.backup' },
      ...(engine.includes('postgres') ? [] : [backtrack(cluster)]),
      {
        name: 'Snapshot export',
        unit: 'GB',
        usageKey: 'snapshot_export_size_gb',
        price: 'aws.aurora.snapshot-export',
      },
    ];
  },
};

function multiAzCluster(): ComponentSpec[] {
  return [
    {
      name: 'Multi-AZ cluster',
      unit: 'months',
      quantity: 1,
      price: { missing: 'no prices of Multi-AZ clusters' },
    },
  ];
}

/** I/O is given per second and charged per million. */
function requests(cluster: ResourceReader): ComponentSpec {
  const reads =
    cluster.usage('read_requests_per_sec') ?? assumed(0, 'no read_requests_per_sec given, none assumed');
  const writes =
    cluster.usage('write_requests_per_sec') ?? assumed(0, 'no write_requests_per_sec given, none assumed');
  const quantity = combine([reads, writes], (left, right) =>
    left
      .plus(right)
      .times(hoursPerMonth * 3600)
      .div(1_000_000),
  );
  return { name: 'I/O requests', unit: '1M requests', quantity, price: 'aws.aurora.io' };
}

function backtrack(cluster: ResourceReader): ComponentSpec {
  const hours =
    cluster.usage('backtrack_window_hrs') ?? assumed(0, 'no backtrack_window_hrs given, none assumed');
  const statements =
    cluster.usage('average_statements_per_hr') ?? assumed(0, 'no average_statements_per_hr given');
  const changes =
    cluster.usage('change_records_per_statement') ?? assumed(0, 'no change_records_per_statement given');
  const quantity = combine([product(hours, statements, changes)], (records) =>
    records.times(hoursPerMonth).div(1_000_000),
  );
  return { name: 'Backtrack', unit: '1M change records', quantity, price: 'aws.aurora.backtrack' };
}

function serverlessV1(cluster: ResourceReader): ComponentSpec {
  const least = cluster.block('scaling_configuration')?.number('min_capacity', 1);
  const units =
    cluster.usage('capacity_units_per_hr') ??
    least ??
    assumed(0, 'no capacity_units_per_hr given, none assumed');
  return {
    name: 'Aurora serverless v1',
    unit: 'ACU-hours',
    quantity: product(units, hoursPerMonth),
    price: 'aws.aurora.serverless-v1',
  };
}

export const rdsClusterInstance: ResourceModule = {
  types: ['aws_rds_cluster_instance'],
  category: 'database',
  components: (instance) => {
    const cluster = instance.linked('cluster_identifier', 'aws_rds_cluster');
    const engine =
      instance.text('engine') ?? cluster?.text('engine') ?? instance.textOr('engine', 'aurora-mysql');
    const instanceClass = instance.text('instance_class');
    const isOptimised = cluster?.text('storage_type') === 'aurora-iopt1';
    const main =
      instanceClass === 'db.serverless'
        ? serverlessV2(isOptimised)
        : hours(instance, instanceClass, engine, isOptimised);
    const version = instance.text('engine_version') ?? cluster?.text('engine_version') ?? null;
    const lifecycle = cluster?.text('engine_lifecycle_support') ?? null;
    const known = instance.overlaid({ engine_version: version, engine_lifecycle_support: lifecycle });
    return [main, ...(instanceClass === null ? [] : rdsExtras(known, instanceClass, engine))];
  },
};

function serverlessV2(isOptimised: boolean): ComponentSpec {
  return {
    name: isOptimised ? 'Aurora serverless v2 (I/O-optimised)' : 'Aurora serverless v2',
    unit: 'ACU-hours',
    usageKey: 'capacity_units_per_hr',
    times: hoursPerMonth,
    price: isOptimised ? 'aws.aurora.serverless-v2.io-optimised' : 'aws.aurora.serverless-v2',
  };
}

function hours(
  instance: ResourceReader,
  sku: string | null,
  engine: string,
  isOptimised: boolean,
): ComponentSpec {
  const isReserved = instance.usageText('reserved_instance_term') !== null;
  const none = isReserved ? 'reserved' : isOptimised ? 'I/O-optimised' : null;
  return {
    name: `Database instance (${isReserved ? 'reserved' : 'on-demand'}, ${sku ?? 'unknown class'})`,
    unit: 'hours',
    quantity: hoursPerMonth,
    price:
      none === null
        ? { table: engineTable(engine, null), sku }
        : { missing: `no prices of ${none} instances` },
  };
}
