import { computeTypes } from './compute.ts';
import type { Conversion } from './conversion.ts';
import { identityTypes } from './identity.ts';
import { networkTypes } from './network.ts';
import { storageTypes } from './storage.ts';

/**
 * CloudFormation's types that are judged like Terraform's. Source of the properties:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
export const conversions: ReadonlyMap<string, Conversion> = new Map(
  Object.entries({ ...computeTypes, ...identityTypes, ...networkTypes, ...storageTypes }),
);
