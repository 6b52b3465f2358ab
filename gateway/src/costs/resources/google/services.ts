import { hoursPerMonth, product } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';

export const forwardingRule: ResourceModule = {
  types: ['google_compute_forwarding_rule', 'google_compute_global_forwarding_rule'],
  category: 'networking',
  components: () => [
    { name: 'Forwarding rule', unit: 'hours', quantity: hoursPerMonth, price: 'google.forwarding-rule' },
    {
      name: 'Data processed',
      unit: 'GB',
      usageKey: 'monthly_ingress_data_gb',
      price: { missing: 'no price of balanced data' },
    },
  ],
};

export const routerNat: ResourceModule = {
  types: ['google_compute_router_nat'],
  category: 'networking',
  components: () => [unpriced('NAT gateway', 'Cloud NAT')],
};

export const redisInstance: ResourceModule = {
  types: ['google_redis_instance'],
  category: 'database',
  components: () => [unpriced('Capacity', 'Memorystore')],
};

export const storageBucket: ResourceModule = {
  types: ['google_storage_bucket'],
  category: 'storage',
  components: () => [
    { name: 'Storage', unit: 'GB', usageKey: 'storage_gb', price: { missing: 'no price of Google storage' } },
    {
      name: 'Operations',
      unit: '10k operations',
      usageKey: 'monthly_class_a_operations',
      per: 10_000,
      price: { missing: 'no price of Google storage' },
    },
  ],
};

/** `db-custom-2-7680` is 2 vCPUs and 7,680 MB; high availability runs everything twice. */
export const sqlInstance: ResourceModule = {
  types: ['google_sql_database_instance'],
  category: 'database',
  components: (database) => {
    const settings = database.block('settings') ?? database.of({});
    const copies = settings.text('availability_type') === 'REGIONAL' ? 2 : 1;
    const cpus = /^db-custom-(\d+)-\d+$/.exec(settings.text('tier') ?? '')?.[1];
    const hours = product(Number(cpus ?? 1), hoursPerMonth, copies);
    return [
      {
        name: `vCPUs (${settings.text('tier')})`,
        unit: 'hours',
        quantity: hours,
        price: cpus === undefined ? { missing: `no price of ${settings.text('tier')}` } : 'google.sql.vcpu',
      },
      unpriced('Memory', 'Cloud SQL memory'),
      unpriced('Storage', 'Cloud SQL storage'),
    ];
  },
};

function unpriced(name: string, what: string): ComponentSpec {
  return { name, unit: 'months', quantity: 1, price: { missing: `no price of ${what}` } };
}
