import { Decimal } from 'decimal.js';
import { combine } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

/** Requests are metered in steps of 64 KB. */
export const sqsQueue: ResourceModule = {
  types: ['aws_sqs_queue'],
  category: 'other',
  components: (queue) => [
    {
      name: 'Requests',
      unit: '1M requests',
      usageKey: 'monthly_requests',
      per: 1_000_000,
      times: combine([queue.usage('request_size_kb') ?? 64], (size) => Decimal.max(size.div(64).ceil(), 1)),
      price: queue.flag('fifo_queue') ? 'aws.sqs.fifo' : 'aws.sqs.standard',
    },
  ],
};
