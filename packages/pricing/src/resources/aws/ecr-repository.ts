import type { ResourceModule } from '../../resource-module.ts';

export const ecrRepository: ResourceModule = {
  types: ['aws_ecr_repository'],
  category: 'storage',
  components: () => [{ name: 'Storage', unit: 'GB', usageKey: 'storage_gb', price: 'aws.ecr.storage' }],
};
