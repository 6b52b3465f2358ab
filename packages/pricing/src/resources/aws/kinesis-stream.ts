import { hoursPerMonth, product } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

export const kinesisStream: ResourceModule = {
  types: ['aws_kinesis_stream'],
  category: 'other',
  components: (stream) => {
    if (stream.block('stream_mode_details')?.text('stream_mode') === 'ON_DEMAND') {
      return [
        { name: 'On-demand stream', unit: 'hours', quantity: hoursPerMonth, price: 'aws.kinesis.on-demand' },
        {
          name: 'Data ingested',
          unit: 'GB',
          usageKey: 'monthly_on_demand_data_ingested_gb',
          price: { missing: 'no price of on-demand data' },
        },
      ];
    }
    const shards = stream.number('shard_count', 1);
    return [
      {
        name: 'Shards',
        unit: 'shard-hours',
        quantity: product(shards, hoursPerMonth),
        price: 'aws.kinesis.shard',
      },
      {
        name: 'PUT payload units',
        unit: '1M units',
        usageKey: 'monthly_provisioned_put_units',
        per: 1_000_000,
        price: 'aws.kinesis.put',
      },
    ];
  },
};
