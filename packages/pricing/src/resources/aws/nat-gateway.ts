import { hoursPerMonth } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

export const natGateway: ResourceModule = {
  types: ['aws_nat_gateway'],
  category: 'networking',
  components: () => [
    { name: 'NAT gateway', unit: 'hours', quantity: hoursPerMonth, price: 'aws.nat.hour' },
    { name: 'Data processed', unit: 'GB', usageKey: 'monthly_data_processed_gb', price: 'aws.nat.data' },
  ],
};
