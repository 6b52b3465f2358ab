import type { ResourceModule } from '../../resource-module.ts';

const classes: Record<string, string> = {
  STANDARD: 'standard',
  REGIONAL: 'standard',
  MULTI_REGIONAL: 'standard',
  NEARLINE: 'nearline',
  COLDLINE: 'coldline',
  ARCHIVE: 'archive',
};

/** A bucket of an infrequent-access class is charged for reads. */
export const storageBucket: ResourceModule = {
  types: ['google_storage_bucket'],
  category: 'storage',
  components: (bucket) => {
    const given = bucket.textOrSchemaDefault('storage_class', 'STANDARD').toUpperCase();
    const name = classes[given];
    return [
      {
        name: `Storage (${given.toLowerCase()})`,
        unit: 'GB',
        usageKey: 'storage_gb',
        price: name === undefined ? { missing: `no price of ${given}` } : `google.storage.${name}`,
      },
      ...(name === undefined || name === 'standard'
        ? []
        : [
            {
              name: 'Data retrieved',
              unit: 'GB',
              usageKey: 'monthly_data_retrieval_gb',
              price: `google.storage.${name}.retrieval`,
            },
          ]),
      {
        name: 'Operations',
        unit: '10k operations',
        usageKey: 'monthly_class_a_operations',
        per: 10_000,
        price: { missing: 'no price of storage operations' },
      },
    ];
  },
};
