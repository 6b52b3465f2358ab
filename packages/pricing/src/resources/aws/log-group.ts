import type { ResourceModule } from '../../resource-module.ts';

export const logGroup: ResourceModule = {
  types: ['aws_cloudwatch_log_group'],
  category: 'other',
  components: () => [
    { name: 'Data ingested', unit: 'GB', usageKey: 'monthly_data_ingested_gb', price: 'aws.logs.ingestion' },
    { name: 'Archived storage', unit: 'GB', usageKey: 'storage_gb', price: 'aws.logs.storage' },
    {
      name: 'Insights data scanned',
      unit: 'GB',
      usageKey: 'monthly_data_scanned_gb',
      price: 'aws.logs.scanned',
    },
  ],
};
