import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';

type Charge = {
  name: string;
  usage: string;
  price: string;
  unit?: string;
  /** Usage figures per priced unit. Default 1. */
  per?: number;
};

const tier1: Charge = {
  name: 'PUT, COPY, POST, LIST requests',
  usage: 'monthly_tier_1_requests',
  price: 'tier-1',
  unit: '1k requests',
  per: 1000,
};
const tier2: Charge = {
  name: 'GET, SELECT and other requests',
  usage: 'monthly_tier_2_requests',
  price: 'tier-2',
  unit: '1k requests',
  per: 1000,
};
const transition: Charge = {
  name: 'Lifecycle transitions',
  usage: 'monthly_lifecycle_transition_requests',
  price: 'transition',
  unit: '1k requests',
  per: 1000,
};
const storage: Charge = { name: 'Storage', usage: 'storage_gb', price: 'storage' };
const retrieval: Charge = { name: 'Retrievals', usage: 'monthly_data_retrieval_gb', price: 'retrieval' };
/** Objects deleted early are charged for the rest of the minimum storage time. */
const earlyDelete: Charge = { name: 'Early deletes', usage: 'early_delete_gb', price: 'storage' };
const select = (speed: string): Charge[] => {
  const [key, price] = speed === '' ? ['monthly_', ''] : [`monthly_${speed}_`, `${speed}-`];
  return [
    {
      name: `Select data scanned ${speed}`.trim(),
      usage: `${key}select_data_scanned_gb`,
      price: `${price}select-scanned`,
    },
    {
      name: `Select data returned ${speed}`.trim(),
      usage: `${key}select_data_returned_gb`,
      price: `${price}select-returned`,
    },
  ];
};
const retrieved = (speed: string): Charge[] => [
  {
    name: `Retrieval requests (${speed})`,
    usage: `monthly_${speed}_data_retrieval_requests`,
    price: `${speed}-requests`,
    unit: '1k requests',
    per: 1000,
  },
  { name: `Retrievals (${speed})`, usage: `monthly_${speed}_data_retrieval_gb`, price: `${speed}-retrieval` },
];

/** Charges of each storage class, by its name in usage files. */
const classes: Record<string, Charge[]> = {
  standard: [storage, tier1, tier2, ...select('')],
  intelligent_tiering: [
    { name: 'Storage (frequent access)', usage: 'frequent_access_storage_gb', price: 'frequent' },
    { name: 'Storage (infrequent access)', usage: 'infrequent_access_storage_gb', price: 'infrequent' },
    { name: 'Storage (archive access)', usage: 'archive_access_storage_gb', price: 'archive' },
    { name: 'Storage (deep archive access)', usage: 'deep_archive_access_storage_gb', price: 'deep-archive' },
    { name: 'Monitoring', usage: 'monitored_objects', price: 'monitoring', unit: '1k objects', per: 1000 },
    tier1,
    tier2,
    transition,
    ...select(''),
    { ...earlyDelete, price: 'frequent' },
  ],
  standard_infrequent_access: [storage, tier1, tier2, transition, retrieval, ...select('')],
  one_zone_infrequent_access: [storage, tier1, tier2, transition, retrieval, ...select('')],
  glacier_flexible_retrieval: [
    storage,
    tier1,
    tier2,
    transition,
    ...retrieved('standard'),
    ...select('standard'),
    ...retrieved('expedited'),
    ...select('expedited'),
    ...select('bulk'),
    earlyDelete,
  ],
  glacier_deep_archive: [
    storage,
    tier1,
    tier2,
    transition,
    ...retrieved('standard'),
    ...retrieved('bulk'),
    earlyDelete,
  ],
};

export const s3Bucket: ResourceModule = {
  types: ['aws_s3_bucket'],
  category: 'storage',
  components: (bucket) => [
    ...Object.entries(classes)
      .filter(([name]) => name === 'standard' || bucket.usageKeys(name).length > 0)
      .flatMap(([name, charges]) => charges.map((charge) => component(name, charge))),
    ...unlistedClasses(bucket),
  ],
};

function component(
  storageClass: string,
  { name, usage, price, unit = 'GB', per = 1 }: Charge,
): ComponentSpec {
  return {
    group: storageClass,
    name,
    unit,
    per,
    usageKey: `${storageClass}.${usage}`,
    price: `aws.s3.${storageClass}.${price}`,
  };
}

/** Usage of a class without prices is unknown, not free. */
function unlistedClasses(bucket: ResourceReader): ComponentSpec[] {
  const names = bucket
    .usageKeys('')
    .filter((name) => !(name in classes) && bucket.usageKeys(name).length > 0);
  return names.flatMap((name) =>
    bucket.usageKeys(name).map((key) => {
      const price = { missing: `no price of ${key} in ${name}` };
      return { group: name, name: key, unit: 'units', usageKey: `${name}.${key}`, price };
    }),
  );
}
