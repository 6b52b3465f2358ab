import { hoursPerMonth } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

/** Every public IPv4 address is charged, used or not, except the customer's own (BYOIP). */
export const eip: ResourceModule = {
  types: ['aws_eip'],
  category: 'networking',
  components: (address) => {
    const isOwn = address.text('public_ipv4_pool')?.startsWith('ipv4pool-') ?? false;
    if (isOwn) return [];
    return [{ name: 'Public IPv4 address', unit: 'hours', quantity: hoursPerMonth, price: 'aws.ipv4.hour' }];
  },
};
