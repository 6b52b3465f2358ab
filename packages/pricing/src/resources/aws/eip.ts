import { hoursPerMonth } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

/** Every public IPv4 address is charged, in use or not, except one that the caller brought along. */
export const eip: ResourceModule = {
  types: ['aws_eip'],
  category: 'networking',
  components: (address) => {
    const isOwn = address.text('public_ipv4_pool')?.startsWith('ipv4pool-') ?? false;
    if (isOwn) return [];
    return [{ name: 'Public IPv4 address', unit: 'hours', quantity: hoursPerMonth, price: 'aws.ipv4.hour' }];
  },
};
