import { type CostCategory, costCategories } from '@deployment-engine/contracts';

/**
 * USD a month for one resource of a type, whatever its size. Only an order of magnitude, for code that nothing
 * else is known about. A network rate covers what comes with a machine and is billed beside it: its public
 * address and its traffic, 5 for an instance and 5 for a database that answers over the network.
 */
const flatRates: Record<string, Partial<Record<CostCategory, number>>> = {
  aws_instance: { compute: 50, networking: 5 },
  aws_rds_instance: { database: 100, networking: 5 },
  aws_db_instance: { database: 100, networking: 5 },
  aws_s3_bucket: { storage: 15 },
  azurerm_linux_virtual_machine: { compute: 50, networking: 5 },
  azurerm_windows_virtual_machine: { compute: 50, networking: 5 },
  azurerm_storage_account: { storage: 15 },
  google_compute_instance: { compute: 50, networking: 5 },
  google_storage_bucket: { storage: 15 },
  google_sql_database_instance: { database: 100, networking: 5 },
};

export interface FlatRateCosts extends Record<CostCategory, number> {
  total: number;
  resourceCounts: Record<string, number>;
  currency: 'USD';
  period: 'monthly';
  /** A flat rate says nothing about the size of a resource, so no figure is better than this. */
  confidence: Record<CostCategory | 'total', 'low'>;
}

/** Costs by counting resources of each type, before anything about their attributes is known. */
export function flatRateCosts(resources: { type: string }[]): FlatRateCosts {
  const sums = zeroes(0);
  const resourceCounts: Record<string, number> = {};
  for (const { type } of resources) {
    resourceCounts[type] = (resourceCounts[type] ?? 0) + 1;
    for (const category of costCategories) sums[category] += flatRates[type]?.[category] ?? 0;
  }
  const total = costCategories.reduce((sum, category) => sum + sums[category], 0);
  const confidence = { ...zeroes('low' as const), total: 'low' as const };
  return { ...sums, total, resourceCounts, currency: 'USD', period: 'monthly', confidence };
}

function zeroes<T>(value: T): Record<CostCategory, T> {
  return { compute: value, storage: value, networking: value, database: value, other: value };
}
