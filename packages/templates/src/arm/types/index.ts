import { computeTypes } from './compute.ts';
import type { ArmConversion } from './conversion.ts';
import { dataTypes } from './data.ts';
import { networkTypes } from './network.ts';

/**
 * Types of Azure Resource Manager, in lower case, that are judged and priced like Terraform's. Source of the properties:
 * https://learn.microsoft.com/azure/templates/
 */
export const armTypes: ReadonlyMap<string, ArmConversion> = new Map(
  Object.entries({ ...computeTypes, ...dataTypes, ...networkTypes }).map(([type, conversion]) => [
    `microsoft.${type.toLowerCase()}`,
    conversion,
  ]),
);
