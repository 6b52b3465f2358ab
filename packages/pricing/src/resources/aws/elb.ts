import { hoursPerMonth } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

export const elb: ResourceModule = {
  types: ['aws_elb'],
  category: 'networking',
  components: () => [
    { name: 'Classic load balancer', unit: 'hours', quantity: hoursPerMonth, price: 'aws.elb.hour' },
    { name: 'Data processed', unit: 'GB', usageKey: 'monthly_data_processed_gb', price: 'aws.elb.data' },
  ],
};
