import type { ResourceModule } from '../../resource-module.ts';

export const route53Zone: ResourceModule = {
  types: ['aws_route53_zone'],
  category: 'networking',
  components: () => [
    // The price of the first 25 zones of an account; more are cheaper.
    { name: 'Hosted zone', unit: 'months', quantity: 1, price: 'aws.route53.zone' },
  ],
};
