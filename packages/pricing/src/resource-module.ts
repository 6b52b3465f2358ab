import type { CostCategory } from '@deployment-engine/contracts';
import type { Decimal } from 'decimal.js';
import type { Quantity } from './quantity.ts';
import type { ResourceReader } from './resource-reader.ts';

/** A unit price by key, or the hourly price of an entry of an instance table. */
export type PriceQuery =
  | string
  | { table: string; sku: string | null; factor?: Decimal.Value }
  | { custom: Quantity }
  | { missing: string };

export type ComponentSpec = {
  name: string;
  group?: string;
  unit: string;
  /** In priced units. Set either this or `usageKey`. */
  quantity?: Quantity | Decimal.Value;
  /** Path in the usage file of the figure that sets the quantity. */
  usageKey?: string;
  /** Usage figures per priced unit, for example 1,000,000 requests. Default 1. */
  per?: number;
  /** Factor of the usage figure, such as the number of nodes. Default 1. */
  times?: Quantity | Decimal.Value;
  price: PriceQuery;
  /** Set if the price is that of a region other than the resource's own. */
  region?: string;
};

/** Pricing of one resource type. */
export type ResourceModule = {
  types: string[];
  category: CostCategory;
  components(resource: ResourceReader): ComponentSpec[];
};
