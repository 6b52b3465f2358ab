import { hoursPerMonth, product } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

/** One endpoint per subnet. */
export const networkFirewall: ResourceModule = {
  types: ['aws_networkfirewall_firewall'],
  category: 'networking',
  components: (firewall) => {
    const endpoints = Math.max(1, firewall.blocks('subnet_mapping').length);
    const hours = product(hoursPerMonth, endpoints);
    return [
      { name: 'Firewall endpoint', unit: 'hours', quantity: hours, price: 'aws.network-firewall.hour' },
      {
        name: 'Data processed',
        unit: 'GB',
        usageKey: 'monthly_data_processed_gb',
        price: 'aws.network-firewall.data',
      },
    ];
  },
};
