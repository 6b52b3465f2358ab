import { hoursPerMonth } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

export const transitGatewayAttachment: ResourceModule = {
  types: ['aws_ec2_transit_gateway_vpc_attachment', 'aws_ec2_transit_gateway_peering_attachment'],
  category: 'networking',
  components: () => [
    {
      name: 'Transit gateway attachment',
      unit: 'hours',
      quantity: hoursPerMonth,
      price: 'aws.transit-gateway.hour',
    },
    {
      name: 'Data processed',
      unit: 'GB',
      usageKey: 'monthly_data_processed_gb',
      price: 'aws.transit-gateway.data',
    },
  ],
};
