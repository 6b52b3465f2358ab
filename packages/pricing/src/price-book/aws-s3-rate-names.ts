import type { RateName } from './aws-rate-names.ts';

const thousand = 1000;

/** The storage classes of S3 in AWS's public rate files. */
export const s3RateNames: RateName[] = [
  {
    key: 'aws.s3.standard.storage',
    service: 's3',
    name: [
      [0, 'Standard Storage First 50 TB per GB Mo'],
      [51_200, 'Standard Storage Next 450 TB per GB Mo'],
      [512_000, 'Standard Storage Over 500 TB per GB Mo'],
    ],
  },
  {
    key: 'aws.s3.intelligent_tiering.frequent',
    service: 's3',
    name: [
      [0, 'Intelligent Tiering Frequent Access First 50 TB per GB Mo'],
      [51_200, 'Intelligent Tiering Frequent Access Next 450 TB per GB Mo'],
      [512_000, 'Intelligent Tiering Frequent Access Over 500 TB per GB Mo'],
    ],
  },
  ...rates('standard', {
    'tier-1': 'PUT COPY/POST or LIST requests per Requests',
    'tier-2': 'GET and all other requests per Requests',
    'select-scanned': 'Data Scanned by S3 Select in Standard per GB',
    'select-returned': 'Data Returned by S3 Select in Standard per GB',
  }),
  ...rates('intelligent_tiering', {
    infrequent: 'Intelligent Tiering Infrequent Access per GB Mo',
    archive: 'IntelligentTieringArchiveAccess',
    'deep-archive': 'IntelligentTieringDeepArchiveAccess',
    monitoring: 'Per object per month monitoring and automation fee for objects in Intelligent Tiering',
    'tier-1': 'PUT COPY/POST or LIST requests to Intelligent Tiering per Requests',
    'tier-2': 'GET and all other requests to Intelligent Tiering per Requests',
    transition: 'Lifecycle Transition Requests into Intelligent Tiering per Requests',
    'select-scanned': 'Data Scanned by S3 Select in Intelligent Tiering per GB',
    'select-returned': 'Data Returned by S3 Select in Intelligent Tiering per GB',
  }),
  ...infrequent('standard_infrequent_access', 'Standard', 'Standard Infrequent Access Storage per GB-Mo'),
  ...infrequent('one_zone_infrequent_access', 'One Zone', 'One Zone Infrequent Access Storage Inf per GB-Mo'),
  ...rates('glacier_flexible_retrieval', {
    storage: 'Glacier Storage per GB Mo',
    'tier-1': 'PUT requests to Glacier per Requests',
    'tier-2': 'GET and all other requests to GLACIER per Requests',
    transition: 'Lifecycle Transition Requests into Glacier per Requests',
    'standard-requests': 'Restore Object per Requests',
    'standard-retrieval': 'Fee for Standard Retrieval of data stored',
    'expedited-requests': 'Glacier Expedited Glacier Restore Requests',
    'expedited-retrieval': 'Glacier S3 Expedited Retrieval',
  }),
  ...['standard', 'expedited', 'bulk'].flatMap((speed) => glacierSelect(speed)),
  ...rates('glacier_deep_archive', {
    'tier-2': 'GET and all other requests to GDA per Requests',
    transition: 'Lifecycle Transition Requests into Glacier Deep Archive per Requests',
    'standard-retrieval': 'Fee for Standard Retrieval of data stored from Glacier Deep Archive',
    'bulk-retrieval': 'Fee for Bulk Retrieval of data stored from Glacier Deep Archive',
  }),
];

function infrequent(storageClass: string, title: string, storage: string): RateName[] {
  const place = `${title} Infrequent Access per`;
  return rates(storageClass, {
    storage,
    'tier-1': `PUT COPY/POST or LIST requests to ${place} Requests`,
    'tier-2': `GET and all other requests to ${place} Requests`,
    transition: `Lifecycle Transition Requests into ${place} Requests`,
    retrieval: `Object Retrieval in ${place} GB`,
    'select-scanned': `Data Scanned by S3 Select in ${place} GB`,
    'select-returned': `Data Returned by S3 Select in ${place} GB`,
  });
}

/** S3 Select on archived objects is listed under the archive service. */
function glacierSelect(speed: string): RateName[] {
  const title = speed.charAt(0).toUpperCase() + speed.slice(1);
  return ['Scanned', 'Returned'].map((what) => ({
    key: `aws.s3.glacier_flexible_retrieval.${speed}-select-${what.toLowerCase()}`,
    service: 'glacier',
    name: `${title}-Select-${what} per GB`,
  }));
}

/** Requests and monitored objects are priced per thousand, everything else per GB. */
function rates(storageClass: string, names: Record<string, string>): RateName[] {
  return Object.entries(names).map(([charge, name]) => ({
    key: `aws.s3.${storageClass}.${charge}`,
    service: 's3',
    name,
    per: /tier-\d|requests|transition|monitoring/.test(charge) ? thousand : 1,
  }));
}
