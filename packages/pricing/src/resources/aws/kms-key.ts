import type { ResourceModule } from '../../resource-module.ts';

export const kmsKey: ResourceModule = {
  types: ['aws_kms_key', 'aws_kms_external_key', 'aws_kms_replica_key'],
  category: 'other',
  components: (key) => {
    const spec = key.textOrSchemaDefault('customer_master_key_spec', 'SYMMETRIC_DEFAULT');
    return [
      { name: 'Customer managed key', unit: 'months', quantity: 1, price: 'aws.kms.key' },
      {
        name: 'Requests',
        unit: '10k requests',
        usageKey: 'monthly_requests',
        per: 10_000,
        price: requestPrice(spec),
      },
    ];
  },
};

function requestPrice(spec: string): string {
  if (spec === 'SYMMETRIC_DEFAULT' || spec.startsWith('HMAC')) return 'aws.kms.requests';
  return spec === 'RSA_2048' ? 'aws.kms.requests.rsa-2048' : 'aws.kms.requests.asymmetric';
}
