import { Decimal } from 'decimal.js';
import { above, assumed, combine, exactly, hoursPerMonth, product, type Quantity } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';
import { rdsExtras } from './rds-components.ts';
import { engineTable, isAurora } from './rds-names.ts';

/** AWS's minimum for provisioned IOPS storage. */
const leastIops = 1000;
const leastStorageGb = 20;
const leastProvisionedGb = 100;

export const dbInstance: ResourceModule = {
  types: ['aws_db_instance', 'aws_rds_instance'],
  category: 'database',
  components: (database) => {
    const source = database.linked('replicate_source_db', 'aws_db_instance');
    const engine = database.text('engine') ?? source?.text('engine') ?? database.textOr('engine', 'mysql');
    const instanceClass = database.text('instance_class');
    // Multi-AZ runs a second instance with its own disk: exactly twice the price if both are listed.
    const copies = database.flag('multi_az') ? 2 : 1;
    const zones = copies === 2 ? 'Multi-AZ' : 'Single-AZ';
    const isReserved = database.usageText('reserved_instance_term') !== null;
    const kind = isReserved ? 'reserved' : 'on-demand';
    const table = engineTable(engine, database.text('license_model'));
    return [
      {
        name: `Database instance (${kind}, ${zones}, ${instanceClass ?? 'unknown class'})`,
        unit: 'hours',
        quantity: hoursPerMonth,
        price: isReserved
          ? { missing: 'no prices of reserved instances' }
          : { table, sku: instanceClass, factor: copies },
      },
      ...storage(database, source, engine, copies),
      ...backup(database, engine),
      ...(instanceClass === null ? [] : rdsExtras(database, instanceClass, engine)),
    ];
  },
};

function storage(
  database: ResourceReader,
  source: ResourceReader | undefined,
  engine: string,
  copies: number,
): ComponentSpec[] {
  const type = storageType(database);
  const size = sizeOf(database, source, type);
  const name = { gp2: 'general purpose SSD, gp2', gp3: 'general purpose SSD, gp3', standard: 'magnetic' }[
    type
  ];
  const gigabytes: ComponentSpec = {
    name: `Storage (${name ?? `provisioned IOPS SSD, ${type}`})`,
    unit: 'GB',
    quantity: product(size, copies),
    price: `aws.rds.${type}`,
  };
  const iops = iopsOf(database, type, size, engine);
  if (iops !== null) return [gigabytes, { ...iops, quantity: product(iops.quantity, copies) }];
  if (type !== 'standard') return [gigabytes];
  const requests = {
    name: 'I/O requests',
    unit: '1M requests',
    usageKey: 'monthly_standard_io_requests',
    per: 1_000_000,
  };
  return [gigabytes, { ...requests, price: 'aws.rds.magnetic.io' }];
}

/** A replica has the size of its source; provisioned IOPS start at 100 GB. */
function sizeOf(database: ResourceReader, source: ResourceReader | undefined, type: string): Quantity {
  const least = type.startsWith('io') ? leastProvisionedGb : leastStorageGb;
  const candidates = [database.number('allocated_storage'), source?.number('allocated_storage')];
  const known = candidates.find((candidate) => candidate?.value != null);
  if (known === undefined) return assumed(least, `storage of ${least} GB`);
  return type.startsWith('io') ? combine([known], (size) => Decimal.max(size, least)) : known;
}

function storageType(database: ResourceReader): string {
  const own = database.text('storage_type');
  if (own !== null) return own;
  return database.number('iops').value?.gt(0) ? 'io1' : 'gp2';
}

/** gp3 includes 3,000 IOPS, and 12,000 from the size at which a volume is striped. */
function iopsOf(database: ResourceReader, type: string, size: Quantity, engine: string) {
  if (type === 'io1' || type === 'io2') {
    const iops = combine([database.number('iops', leastIops)], (value) =>
      value.lt(leastIops) ? value.times(0).plus(leastIops) : value,
    );
    return { name: 'Provisioned IOPS', unit: 'IOPS', quantity: iops, price: `aws.rds.${type}.iops` };
  }
  if (type !== 'gp3') return null;
  const stripedFrom = engine.startsWith('oracle') ? 200 : 400;
  const isStriped = !engine.startsWith('sqlserver') && (size.value?.gte(stripedFrom) ?? false);
  const included = isStriped ? 12_000 : 3000;
  const extra = above(database.number('iops', exactly(included)), included);
  if (extra.value?.isZero()) return null;
  return {
    name: `Provisioned IOPS (above ${included})`,
    unit: 'IOPS',
    quantity: extra,
    price: 'aws.rds.gp3.iops',
  };
}

function backup(database: ResourceReader, engine: string): ComponentSpec[] {
  const isKept = database.number('backup_retention_period', 0).value?.gt(0) ?? false;
  const usageKey = 'additional_backup_storage_gb';
  if (!isKept && database.usage(usageKey) === null) return [];
  const price = `aws.${isAurora(engine) ? 'aurora' : 'rds'}.backup`;
  return [{ name: 'Additional backup storage', unit: 'GB', usageKey, price }];
}
