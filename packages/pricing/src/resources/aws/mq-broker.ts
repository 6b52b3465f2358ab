import { hoursPerMonth } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

/** Prices are per broker of a deployment mode, not per node. */
export const mqBroker: ResourceModule = {
  types: ['aws_mq_broker'],
  category: 'other',
  components: (broker) => {
    const mode = broker.textOrSchemaDefault('deployment_mode', 'SINGLE_INSTANCE');
    const table = {
      SINGLE_INSTANCE: 'mq:single',
      ACTIVE_STANDBY_MULTI_AZ: 'mq:standby',
      CLUSTER_MULTI_AZ: 'mq:cluster',
    }[mode];
    const sku = broker.text('host_instance_type');
    const price = table === undefined ? { missing: `no prices of ${mode}` } : { table, sku };
    return [
      { name: `Broker (${sku}, ${mode})`, unit: 'hours', quantity: hoursPerMonth, price },
      {
        name: 'Storage',
        unit: 'GB',
        usageKey: 'storage_size_gb',
        price: { missing: 'no price of broker storage' },
      },
    ];
  },
};
