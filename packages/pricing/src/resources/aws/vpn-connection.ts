import { hoursPerMonth } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

export const vpnConnection: ResourceModule = {
  types: ['aws_vpn_connection'],
  category: 'networking',
  components: () => [
    { name: 'VPN connection', unit: 'hours', quantity: hoursPerMonth, price: 'aws.vpn.hour' },
  ],
};
