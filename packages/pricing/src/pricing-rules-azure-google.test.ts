import assert from 'node:assert/strict';
import type { ResourceCost } from '@deployment-engine/contracts';
import { estimate } from './estimate.ts';

function priced(
  type: string,
  region: string,
  values: Record<string, unknown>,
  usage: Record<string, unknown> = {},
): ResourceCost {
  const address = `${type}.a`;
  const list = [{ address, type, region, values, unknown: {}, action: 'create' as const, references: {} }];
  const [resource] = estimate(list, { usage: { resource_usage: { [address]: usage } } }).resources;
  assert.ok(resource);
  return resource;
}

/** Type, region, attributes, usage, and the expected price as a calculation. */
const rules: [string, string, string, Record<string, unknown>, Record<string, unknown>, number][] = [
  [
    'a disk pays for the step its size falls into',
    'azurerm_managed_disk',
    'eastus',
    { storage_account_type: 'Premium_LRS', disk_size_gb: 300 },
    {},
    73.22,
  ],
  [
    'the second size of a service plan costs twice the first',
    'azurerm_service_plan',
    'eastus',
    { sku_name: 'S2', worker_count: 3 },
    {},
    0.1 * 2 * 3 * 730,
  ],
  [
    'Google disks cost what their region says',
    'google_compute_disk',
    'europe-west6',
    { type: 'pd-balanced', size: 200 },
    {},
    0.13 * 200,
  ],
  [
    'a cold bucket pays for storage and for what is read',
    'google_storage_bucket',
    'us',
    { storage_class: 'COLDLINE' },
    { storage_gb: 1000, monthly_data_retrieval_gb: 100 },
    7 + 2,
  ],
  [
    'Cloud SQL runs everything twice when regional',
    'google_sql_database_instance',
    'us-central1',
    { settings: [{ tier: 'db-custom-2-8192', availability_type: 'REGIONAL', disk_size: 100 }] },
    {},
    2 * (2 * 0.0413 * 730 + 8 * 0.007 * 730 + 100 * 0.17),
  ],
];

describe('pricing rules of Azure and Google', () => {
  for (const [name, type, region, values, usage, expected] of rules) {
    test(name, () => {
      const { monthlyCost } = priced(type, region, values, usage);
      assert.ok(monthlyCost !== null && Math.abs(monthlyCost - expected) <= 0.02, `${monthlyCost}`);
    });
  }

  test('Windows adds a separate licence for each vCPU', () => {
    const cost = (type: string) => priced(type, 'eastus', { size: 'Standard_D8as_v5' }).monthlyCost ?? 0;
    const licence = cost('azurerm_windows_virtual_machine') - cost('azurerm_linux_virtual_machine');
    assert.ok(Math.abs(licence - 8 * 0.046 * 730) < 0.01, `${licence}`);
  });

  test('a size without a price is unknown, never 0', () => {
    for (const [type, values] of [
      ['azurerm_redis_cache', { sku_name: 'Premium', capacity: 1, family: 'P', shard_count: 0 }],
      ['google_redis_instance', { tier: 'STANDARD_HA', memory_size_gb: 5 }],
      ['azurerm_mssql_database', { sku_name: 'HS_Gen5_2' }],
    ] as const) {
      const { monthlyCost, status } = priced(type, 'nowhere', values);
      expect([monthlyCost, status]).toStrictEqual([null, 'unknown']);
    }
  });
});
