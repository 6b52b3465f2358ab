import { Decimal } from 'decimal.js';
import { combine, hoursPerMonth, product } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

/** Gateway endpoints are free; others are charged per subnet. */
export const vpcEndpoint: ResourceModule = {
  types: ['aws_vpc_endpoint'],
  category: 'networking',
  components: (endpoint) => {
    const type = endpoint.textOrSchemaDefault('vpc_endpoint_type', 'Gateway');
    if (type === 'Gateway') return [];
    const zones = combine([endpoint.count('subnet_ids', 1)], (count) => Decimal.max(count, 1));
    return [
      {
        name: 'Data processed',
        unit: 'GB',
        usageKey: 'monthly_data_processed_gb',
        price: type === 'GatewayLoadBalancer' ? 'aws.vpc-endpoint.gwlb-data' : 'aws.vpc-endpoint.data',
      },
      {
        name: `Endpoint (${type})`,
        unit: 'hours',
        quantity: product(zones, hoursPerMonth),
        price: 'aws.vpc-endpoint.hour',
      },
    ];
  },
};
