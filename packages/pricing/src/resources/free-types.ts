import { freeAwsTypes } from './aws/free-types.ts';
import { freeAzureTypes } from './azure/free-types.ts';
import { freeGoogleTypes } from './google/free-types.ts';

const free = { aws: freeAwsTypes, azurerm: freeAzureTypes, google: freeGoogleTypes };

/** Providers that only compute or write values on the machine that runs Terraform. */
const local = /^(null|random|local|tls|time|archive|external|template|terraform)_/;

const listed = new Set(
  Object.entries(free).flatMap(([provider, types]) => types.map((type) => `${provider}_${type}`)),
);

export function freeTypes(type: string): boolean {
  return listed.has(type) || local.test(type);
}
