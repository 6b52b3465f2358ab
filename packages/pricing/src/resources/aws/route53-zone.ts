import type { ResourceModule } from '../../resource-module.ts';

export const route53Zone: ResourceModule = {
  types: ['aws_route53_zone'],
  category: 'networking',
  components: () => [
    // Price of an account's first 25 zones; further ones are cheaper.
    { name: 'Hosted zone', unit: 'months', quantity: 1, price: 'aws.route53.zone' },
  ],
};
