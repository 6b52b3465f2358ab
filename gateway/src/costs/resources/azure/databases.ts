import { hoursPerMonth } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';

export const mssqlDatabase: ResourceModule = {
  types: ['azurerm_mssql_database'],
  category: 'database',
  components: (database) => {
    const sku = database.textOr('sku_name', 'GP_S_Gen5_2');
    if (database.isSet('elastic_pool_id')) return [];
    const isVcore = sku.includes('_');
    return [
      { name: `Compute (${sku})`, unit: 'hours', quantity: hoursPerMonth, price: `azure.sql.${sku}` },
      ...(isVcore ? [unpriced('Storage', 'azure SQL storage')] : []),
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
    return [
      {
        name: `Compute (${sku})`,
        unit: 'hours',
        quantity: hoursPerMonth,
        price: sku === null ? { missing: 'sku_name is not known' } : `azure.flexible-server.${size}`,
      },
      unpriced('Storage', 'flexible server storage'),
    ];
  },
};

export const redisCache: ResourceModule = {
  types: ['azurerm_redis_cache'],
  category: 'database',
  components: (cache) => [unpriced(`Cache (${cache.text('sku_name')})`, 'Azure Redis')],
};

function unpriced(name: string, what: string): ComponentSpec {
  return { name, unit: 'months', quantity: 1, price: { missing: `no price of ${what}` } };
}
