import type { ResourceModule } from '../../resource-module.ts';

export const secret: ResourceModule = {
  types: ['aws_secretsmanager_secret'],
  category: 'other',
  components: () => [
    { name: 'Secret', unit: 'months', quantity: 1, price: 'aws.secretsmanager.secret' },
    {
      name: 'API requests',
      unit: '10k requests',
      usageKey: 'monthly_requests',
      per: 10_000,
      price: 'aws.secretsmanager.requests',
    },
  ],
};
