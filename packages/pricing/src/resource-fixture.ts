import type { NormalisedResource } from './normalised-resource.ts';

/** Builds a resource to price, for example `aws_nat_gateway.a`. */
export function resource(address: string, rest: Partial<NormalisedResource> = {}): NormalisedResource {
  const [type = ''] = address.split('.');
  return {
    address,
    type,
    region: 'us-east-1',
    values: {},
    unknown: {},
    action: 'create',
    references: {},
    ...rest,
  };
}
