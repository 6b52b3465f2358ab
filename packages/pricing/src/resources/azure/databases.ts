import { Decimal } from 'decimal.js';
import { combine, exactly, hoursPerMonth, product } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';

/** Each vCore costs the same; the book lists the price of four. */
const listedVcores = 4;

export const mssqlDatabase: ResourceModule = {
  types: ['azurerm_mssql_database'],
  category: 'database',
  components: (database) => {
    const sku = database.textOr('sku_name', 'GP_S_Gen5_2');
    if (database.isSet('elastic_pool_id')) return [];
    const vcores = /^GP_Gen5_(\d+)$/.exec(sku)?.[1];
    return [
      {
        name: `Compute (${sku})`,
        unit: vcores === undefined ? 'hours' : `${listedVcores} vCore-hours`,
        quantity: product(hoursPerMonth, Number(vcores ?? listedVcores) / listedVcores),
        price: vcores === undefined ? `azure.sql.${sku}` : 'azure.sql.gp-gen5.4-vcores',
      },
      ...(sku.includes('_') ? [unpriced('Storage', 'azure SQL storage')] : []),
    ];
  },
};

/** `B_Standard_B1ms` is the burstable B1ms. */
export const flexibleServer: ResourceModule = {
  types: ['azurerm_postgresql_flexible_server', 'azurerm_mysql_flexible_server'],
  category: 'database',
  components: (server) => {
    const sku = server.text('sku_name');
    const size = sku?.split('_').slice(2).join('_') ?? '';
    const isPostgres = server.type === 'azurerm_postgresql_flexible_server';
    const vcores = isPostgres ? /^GP_Standard_D(\d+)ds_v5$/.exec(sku ?? '')?.[1] : undefined;
    return [
      {
        name: `Compute (${sku})`,
        unit: 'hours',
        quantity: product(hoursPerMonth, Number(vcores ?? 1)),
        price:
          sku === null
            ? { missing: 'sku_name is not known' }
            : vcores === undefined
              ? `azure.flexible-server.${size}`
              : 'azure.flexible-server.postgresql.ddsv5.vcore',
      },
      unpriced('Storage', 'flexible server storage'),
    ];
  },
};

export const redisCache: ResourceModule = {
  types: ['azurerm_redis_cache'],
  category: 'database',
  components: (cache) => {
    const tier = cache.text('sku_name');
    const size = `${cache.text('family') ?? ''}${cache.text('capacity') ?? ''}`;
    // A premium cache may be sharded, each shard at the price of its size; no shards means one node.
    const shards = combine([cache.number('shard_count', 1)], (count) => Decimal.max(count, 1));
    return [
      {
        name: `Cache (${tier} ${size})`,
        unit: 'hours',
        quantity: product(tier === 'Premium' ? shards : exactly(1), hoursPerMonth),
        price: tier === null ? { missing: 'sku_name is not known' } : `azure.redis.${tier}.${size}`,
      },
    ];
  },
};

function unpriced(name: string, what: string): ComponentSpec {
  return { name, unit: 'months', quantity: 1, price: { missing: `no price of ${what}` } };
}
