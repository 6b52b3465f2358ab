import { assumed, hoursPerMonth, product } from '../../quantity.ts';
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

/** The gateway's price depends on the number of machines behind it, which no attribute gives. */
export const routerNat: ResourceModule = {
  types: ['google_compute_router_nat'],
  category: 'networking',
  components: () => [
    unpriced('Assigned VMs', 'the machines behind Cloud NAT'),
    {
      name: 'Data processed',
      unit: 'GB',
      usageKey: 'monthly_data_processed_gb',
      price: 'google.nat.data',
    },
  ],
};

/** Capacity tiers in GB, each with its own price; the first is M1. */
export const redisInstance: ResourceModule = {
  types: ['google_redis_instance'],
  category: 'database',
  components: (cache) => {
    const tier = cache.textOrSchemaDefault('tier', 'BASIC');
    const size = cache.number('memory_size_gb');
    const isListed = tier === 'BASIC' && (size.value?.lte(4) ?? false);
    return [
      {
        name: `Capacity (${tier})`,
        unit: 'GB-hours',
        quantity: product(size, hoursPerMonth),
        price: isListed ? 'google.redis.basic.m1' : { missing: `no price of ${tier} of this size` },
      },
    ];
  },
};

/** `db-custom-2-7680` is 2 vCPUs and 7,680 MB; high availability runs everything twice. */
export const sqlInstance: ResourceModule = {
  types: ['google_sql_database_instance'],
  category: 'database',
  components: (database) => {
    const settings = database.block('settings') ?? database.of({});
    const copies = settings.text('availability_type') === 'REGIONAL' ? 2 : 1;
    const tier = settings.text('tier');
    const diskType = settings.textOrSchemaDefault('disk_type', 'PD_SSD');
    const [, cpus, megabytes] = /^db-custom-(\d+)-(\d+)$/.exec(tier ?? '') ?? [];
    const hours = product(Number(cpus ?? 1), hoursPerMonth, copies);
    return [
      {
        name: `vCPUs (${tier})`,
        unit: 'hours',
        quantity: hours,
        price: cpus === undefined ? { missing: `no price of ${tier}` } : 'google.sql.vcpu',
      },
      {
        name: 'Memory',
        unit: 'GB-hours',
        quantity: product(Number(megabytes ?? 0) / 1024, hoursPerMonth, copies),
        price: cpus === undefined ? { missing: `no price of ${tier}` } : 'google.sql.memory',
      },
      {
        name: `Storage (${diskType})`,
        unit: 'GB',
        quantity: product(settings.number('disk_size', assumed(10, 'disk of 10 GB')), copies),
        price: diskType === 'PD_SSD' ? 'google.sql.ssd' : { missing: `no price of ${diskType}` },
      },
      { name: 'Backups', unit: 'GB', usageKey: 'backup_storage_gb', price: 'google.sql.backup' },
    ];
  },
};

function unpriced(name: string, what: string): ComponentSpec {
  return { name, unit: 'months', quantity: 1, price: { missing: `no price of ${what}` } };
}
