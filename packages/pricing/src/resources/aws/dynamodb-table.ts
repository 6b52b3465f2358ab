import { assumed, product } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';

export const dynamodbTable: ResourceModule = {
  types: ['aws_dynamodb_table'],
  category: 'database',
  components: (table) => {
    const isOnDemand = table.text('billing_mode') === 'PAY_PER_REQUEST';
    const writes = isOnDemand ? requests(table, 'write') : capacity(table, 'Write');
    const reads = isOnDemand ? requests(table, 'read') : capacity(table, 'Read');
    return [
      { ...writes, price: isOnDemand ? 'aws.dynamodb.writes' : 'aws.dynamodb.wcu' },
      { ...reads, price: isOnDemand ? 'aws.dynamodb.reads' : 'aws.dynamodb.rcu' },
      { name: 'Data storage', unit: 'GB', usageKey: 'storage_gb', price: 'aws.dynamodb.storage' },
      {
        name: 'Point-in-time recovery',
        unit: 'GB',
        usageKey: 'pitr_backup_storage_gb',
        price: 'aws.dynamodb.pitr',
      },
      {
        name: 'On-demand backup',
        unit: 'GB',
        usageKey: 'on_demand_backup_storage_gb',
        price: 'aws.dynamodb.backup',
      },
      {
        name: 'Table data restored',
        unit: 'GB',
        usageKey: 'monthly_data_restored_gb',
        price: 'aws.dynamodb.restore',
      },
      {
        name: 'Streams reads',
        unit: 'read units',
        usageKey: 'monthly_streams_read_request_units',
        price: 'aws.dynamodb.streams',
      },
      ...table
        .blocks('replica')
        .map((replica) => replicated(replica.text('region_name'), writes, isOnDemand)),
    ];
  },
};

type Throughput = Omit<ComponentSpec, 'price'>;

function requests(table: ResourceReader, kind: 'read' | 'write'): Throughput {
  const key = `monthly_${kind}_request_units`;
  const units = table.usage(key) ?? assumed(0, `no ${key} given, none assumed`);
  return {
    name: `${kind === 'read' ? 'Read' : 'Write'} requests`,
    unit: '1M requests',
    quantity: product(units, '0.000001'),
  };
}

/** An autoscaled table is charged at its target's minimum, or at the usage figure. */
function capacity(table: ResourceReader, kind: 'Read' | 'Write'): Throughput {
  const unit = `${kind[0]}CU`;
  const target = table
    .linkedFrom('aws_appautoscaling_target', 'resource_id')
    .find((candidate) => candidate.text('scalable_dimension') === `dynamodb:table:${kind}CapacityUnits`);
  if (target !== undefined) {
    const least = target.number('min_capacity', 1);
    const quantity =
      target.usage('capacity') ?? assumed(least.value ?? 1, `${kind.toLowerCase()} capacity at its minimum`);
    return { name: `${kind} capacity (autoscaling)`, unit, quantity };
  }
  return { name: `${kind} capacity`, unit, quantity: table.number(`${kind.toLowerCase()}_capacity`, 1) };
}

/** Every replica is charged for replicated writes, at its own region's price. */
function replicated(region: string | null, writes: Throughput, isOnDemand: boolean): ComponentSpec {
  return {
    ...writes,
    name: isOnDemand ? 'Replicated writes' : 'Replicated write capacity',
    group: `Global table (${region})`,
    price: isOnDemand ? 'aws.dynamodb.writes' : 'aws.dynamodb.wcu',
    ...(region === null ? {} : { region }),
  };
}
