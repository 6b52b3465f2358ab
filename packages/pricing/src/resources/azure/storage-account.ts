import type { ResourceModule } from '../../resource-module.ts';

export const storageAccount: ResourceModule = {
  types: ['azurerm_storage_account'],
  category: 'storage',
  components: () => [
    { name: 'Capacity', unit: 'GB', usageKey: 'storage_gb', price: { missing: 'no price of Azure storage' } },
    {
      name: 'Write operations',
      unit: '10k operations',
      usageKey: 'monthly_write_operations',
      per: 10_000,
      price: { missing: 'no price of Azure storage' },
    },
    {
      name: 'Read operations',
      unit: '10k operations',
      usageKey: 'monthly_read_operations',
      per: 10_000,
      price: { missing: 'no price of Azure storage' },
    },
  ],
};
