import { above, assumed, exactly, type Quantity } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';

/** Price regions, by their names in usage files. */
const places: Record<string, string> = {
  us: 'US, Mexico, Canada',
  europe: 'Europe, Israel',
  south_africa: 'South Africa, Kenya, Middle East',
  south_america: 'South America',
  japan: 'Japan',
  australia: 'Australia, New Zealand',
  asia_pacific: 'Asia Pacific',
  india: 'India',
};

/** Regions that can have an origin shield, with their names in usage files. */
const shieldPlaces: Record<string, string> = {
  'us-east-1': 'us',
  'us-east-2': 'us',
  'us-west-2': 'us',
  'eu-central-1': 'europe',
  'eu-west-1': 'europe',
  'eu-west-2': 'europe',
  'sa-east-1': 'south_america',
  'ap-northeast-1': 'japan',
  'ap-northeast-2': 'south_korea',
  'ap-southeast-1': 'singapore',
  'ap-southeast-2': 'australia',
  'ap-south-1': 'india',
};

/** Free invalidation paths per month. */
const freeInvalidations = 1000;

export const cloudfrontDistribution: ResourceModule = {
  types: ['aws_cloudfront_distribution'],
  category: 'networking',
  components: (distribution) => [
    ...traffic(distribution),
    ...shield(distribution),
    {
      name: 'Field level encryption requests',
      unit: '10k requests',
      usageKey: 'monthly_encryption_requests',
      per: 10_000,
      price: 'aws.cloudfront.encryption',
    },
    {
      name: 'Real-time log lines',
      unit: '1M lines',
      usageKey: 'monthly_log_lines',
      per: 1_000_000,
      price: 'aws.cloudfront.log-lines',
    },
    {
      name: 'Dedicated IP certificates',
      unit: 'certificates',
      quantity: certificates(distribution),
      price: 'aws.cloudfront.ssl',
    },
    {
      name: 'Invalidation paths (over 1k)',
      unit: 'paths',
      quantity: above(
        distribution.usage('monthly_invalidation_requests') ??
          assumed(0, 'no monthly_invalidation_requests given, none assumed'),
        freeInvalidations,
      ),
      price: 'aws.cloudfront.invalidations',
    },
  ],
};

function traffic(distribution: ResourceReader): ComponentSpec[] {
  const kinds = [
    {
      key: 'monthly_data_transfer_to_internet_gb',
      name: 'Data transfer to internet',
      unit: 'GB',
      per: 1,
      price: 'internet',
    },
    {
      key: 'monthly_data_transfer_to_origin_gb',
      name: 'Data transfer to origin',
      unit: 'GB',
      per: 1,
      price: 'origin',
    },
    { key: 'monthly_http_requests', name: 'HTTP requests', unit: '10k requests', per: 10_000, price: 'http' },
    {
      key: 'monthly_https_requests',
      name: 'HTTPS requests',
      unit: '10k requests',
      per: 10_000,
      price: 'https',
    },
  ];
  return kinds.flatMap(({ key, name, unit, per, price }) => {
    const given = distribution.usageKeys(key);
    return (given.length > 0 ? given : ['us']).map((place) => ({
      group: places[place] ?? place,
      name,
      unit,
      per,
      usageKey: `${key}.${place}`,
      price: `aws.cloudfront.${price}.${place}`,
    }));
  });
}

function shield(distribution: ResourceReader): ComponentSpec[] {
  const regions = distribution.blocks('origin').flatMap((origin) => {
    const block = origin.block('origin_shield');
    return block?.flag('enabled') ? (block.text('origin_shield_region') ?? []) : [];
  });
  return [...new Set(regions)].map((region) => {
    const place = shieldPlaces[region] ?? region;
    return {
      name: `Origin shield requests (${region})`,
      unit: '10k requests',
      per: 10_000,
      usageKey: `monthly_shield_requests.${place}`,
      price: `aws.cloudfront.shield.${place}`,
    };
  });
}

function certificates(distribution: ResourceReader): Quantity {
  const isDedicated = distribution.block('viewer_certificate')?.text('ssl_support_method') === 'vip';
  return distribution.usage('custom_ssl_certificates') ?? exactly(isDedicated ? 1 : 0);
}
