import { Decimal } from 'decimal.js';
import { above, assumed, combine, product, type Quantity } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';

/** Free requests and notifications per month. */
const free = { requests: 1_000_000, http: 100_000, email: 1000, sms: 100 };

export const snsTopic: ResourceModule = {
  types: ['aws_sns_topic'],
  category: 'other',
  components: (topic) => {
    const requests = topic.usage('monthly_requests') ?? assumed(0, 'no monthly_requests given, none assumed');
    return topic.flag('fifo_topic') ? fifo(topic, requests) : standard(topic, requests);
  },
};

/** Requests are metered in steps of 64 KB; each request reaches every subscription once. */
function standard(topic: ResourceReader, requests: Quantity): ComponentSpec[] {
  const steps = combine([requests, topic.usage('request_size_kb') ?? 64], (count, size) =>
    count.times(Decimal.max(size.div(64).ceil(), 1)),
  );
  const sent = (kind: string) =>
    product(requests, topic.usage(`${kind}_subscriptions`) ?? assumed(0, `no ${kind}_subscriptions given`));
  const charged = (quantity: Quantity, included: number, per: number) =>
    product(above(quantity, included), new Decimal(1).div(per));
  return [
    {
      name: 'API requests (over 1M)',
      unit: '1M requests',
      quantity: charged(steps, free.requests, 1_000_000),
      price: 'aws.sns.requests',
    },
    {
      name: 'HTTP/HTTPS notifications (over 100k)',
      unit: '100k notifications',
      quantity: charged(sent('http'), free.http, 100_000),
      price: 'aws.sns.http',
    },
    {
      name: 'Email notifications (over 1k)',
      unit: '100k notifications',
      quantity: charged(sent('email'), free.email, 100_000),
      price: 'aws.sns.email',
    },
    {
      name: 'Kinesis Firehose notifications',
      unit: '1M notifications',
      quantity: charged(sent('kinesis'), 0, 1_000_000),
      price: 'aws.sns.kinesis',
    },
    {
      name: 'Mobile push notifications',
      unit: '1M notifications',
      quantity: charged(sent('mobile_push'), 0, 1_000_000),
      price: 'aws.sns.mobile-push',
    },
    {
      name: 'MacOS notifications',
      unit: '1M notifications',
      quantity: charged(sent('macos'), 0, 1_000_000),
      price: 'aws.sns.macos',
    },
    {
      name: 'SMS notifications (over 100)',
      unit: 'notifications',
      quantity: charged(sent('sms'), free.sms, 1),
      price: smsPrice(topic),
    },
  ];
}

function smsPrice(topic: ResourceReader): ComponentSpec['price'] {
  const price = topic.usage('sms_notification_price');
  return price === null
    ? { missing: 'SMS prices depend on country and carrier; give sms_notification_price' }
    : { custom: price };
}

/** FIFO topics are charged for requests and payload, and again for both per subscription. */
function fifo(topic: ResourceReader, requests: Quantity): ComponentSpec[] {
  const sizeKb = topic.usage('request_size_kb') ?? 1;
  const gigabytes = combine([requests, sizeKb], (count, size) => count.times(size).div(1_000_000));
  const millions = combine([requests], (count) => count.div(1_000_000));
  const subscriptions = topic.linkedFrom('aws_sns_topic_subscription', 'topic_arn').length;
  const published: ComponentSpec[] = [
    {
      name: 'FIFO publish requests',
      unit: '1M requests',
      quantity: millions,
      price: 'aws.sns.fifo.requests',
    },
    { name: 'FIFO publish payload', unit: 'GB', quantity: gigabytes, price: 'aws.sns.fifo.payload' },
  ];
  if (subscriptions === 0) return published;
  return [
    ...published,
    {
      name: 'FIFO notifications',
      unit: '1M notifications',
      quantity: product(millions, subscriptions),
      price: 'aws.sns.fifo.notifications',
    },
    {
      name: 'FIFO notification payload',
      unit: 'GB',
      quantity: product(gigabytes, subscriptions),
      price: 'aws.sns.fifo.notification-payload',
    },
  ];
}
