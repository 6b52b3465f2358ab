import { hoursPerMonth } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

export const ec2Host: ResourceModule = {
  types: ['aws_ec2_host'],
  category: 'compute',
  components: (host) => {
    const family = host.text('instance_family') ?? host.text('instance_type')?.split('.')[0] ?? null;
    return [
      {
        name: `EC2 dedicated host (on-demand, ${family})`,
        unit: 'hours',
        quantity: hoursPerMonth,
        price: { table: 'ec2-host', sku: family },
      },
    ];
  },
};
