import type { CostCategory } from '@deployment-engine/contracts';
import type { Decimal } from 'decimal.js';
import type { Quantity } from './quantity.ts';
import type { ResourceReader } from './resource-reader.ts';

/** A unit price by key, or the hourly price of one entry of an instance table. */
export type PriceQuery =
  | string
  | { table: string; sku: string | null; factor?: Decimal.Value }
  | { custom: Quantity }
  | { missing: string };

export type ComponentSpec = {
  name: string;
  group?: string;
  unit: string;
  /** In priced units. Either this or `usageKey`. */
  quantity?: Quantity | Decimal.Value;
  /** Path of the usage figure that sets the quantity, as written in the usage file. */
  usageKey?: string;
  /** Usage figures in one priced unit, for example 1,000,000 requests. Default 1. */
  per?: number;
  /** What multiplies the usage figure, such as the number of nodes. Default 1. */
  times?: Quantity | Decimal.Value;
  price: PriceQuery;
  /** Where the price differs from that of the resource's own region. */
  region?: string;
};

/** How one resource type is priced. */
export type ResourceModule = {
  types: string[];
  category: CostCategory;
  components(resource: ResourceReader): ComponentSpec[];
};
