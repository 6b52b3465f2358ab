import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PriceBook, refreshPriceBook } from '@deployment-engine/pricing';
import { served } from './served.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'price-lists-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Returns the tiers of a unit price as `[from, price]`. */
function tiersOf(book: PriceBook, key: string, region: string): [number, number][] {
  const found = book.unit(key, region);
  assert.ok(!('missing' in found), `${key}: ${'missing' in found ? found.missing : ''}`);
  assert.equal(found.confidence, 'exact', key);
  return found.tiers.map(({ from, price }) => [from.toNumber(), price.toNumber()]);
}

const columns =
  'SKU,TermType,StartingRange,Unit,PricePerUnit,Currency,Product Family,Instance Type,usageType,operation';

/** Rows of AWS's own lists in eu-central-1: offer, usage type, price, first unit of the tier, operation. */
const awsRows: [offer: string, usage: string, price: string, from: number, operation: string][] = [
  ['AmazonEC2', 'EUC1-EBS:VolumeUsage.gp3', '0.0952', 0, ''],
  ['AmazonEC2', 'EUC1-EBS:VolumeP-Throughput.gp3', '48.64', 0, ''],
  ['AmazonS3', 'EUC1-TimedStorage-ByteHrs', '0.0245', 0, ''],
  ['AmazonS3', 'EUC1-TimedStorage-ByteHrs', '0.0235', 51_200, ''],
  ['AmazonS3', 'EUC1-Requests-Tier1', '0.0000054', 0, ''],
  ['AmazonDynamoDB', 'EUC1-TimedStorage-ByteHrs', '0', 0, ''],
  ['AmazonDynamoDB', 'EUC1-TimedStorage-ByteHrs', '0.306', 25, ''],
  ['AWSELB', 'EUC1-LoadBalancerUsage', '0.027', 0, 'LoadBalancing:Application'],
  ['AWSELB', 'EUC1-LoadBalancerUsage', '0.03', 0, 'LoadBalancing'],
  ['awskms', 'eu-central-1-KMS-Requests', '0.000003', 0, ''],
  ['AmazonRDS', 'EUC1-RDS:GP3-Storage', '0.137', 0, ''],
  ['AmazonRDS', 'EUC1-RDS:Multi-AZ-GP3-Storage', '0.274', 0, ''],
  ['AmazonEC2', 'EUC1-Nothing:WeKnow', '7', 0, ''],
];
const awsLists: RequestListener = (request, response) => {
  const [, offer, region] = /aws\/(\w+)\/current\/(?:([\w-]+)\/)?index\.csv/.exec(request.url ?? '') ?? [];
  const rows = awsRows
    .filter(([of]) => of === offer && region === 'eu-central-1')
    .map(
      ([, usage, price, from, operation]) => `S,OnDemand,${from},Unit,${price},USD,,,${usage},${operation}`,
    );
  response.end(['"Publication Date","2026-11-01T00:00:00Z"', columns, ...rows].join('\n'));
};

describe("the clouds' own price lists", () => {
  test('of AWS give unit prices with their tiers, in the units of the book', async () => {
    const book = await served(awsLists, (aws) =>
      refreshPriceBook({
        bookPath: join(folder, 'book.jsonl'),
        sources: ['aws'],
        regions: { aws: ['eu-central-1'] },
        baseUrls: { aws },
      }),
    );
    const tiers = (key: string) => tiersOf(book, key, 'eu-central-1');
    expect(tiers('aws.ebs.gp3')).toStrictEqual([[0, 0.0952]]);
    expect(tiers('aws.ebs.gp3.throughput')).toStrictEqual([[0, 0.0475]]);
    expect(tiers('aws.s3.standard.storage')).toStrictEqual([
      [0, 0.0245],
      [51_200, 0.0235],
    ]);
    expect(tiers('aws.s3.standard.tier-1')).toStrictEqual([[0, 0.0054]]);
    expect(tiers('aws.dynamodb.storage')).toStrictEqual([[0, 0.306]]);
    expect(tiers('aws.lb.hour')).toStrictEqual([[0, 0.027]]);
    expect(tiers('aws.elb.hour')).toStrictEqual([[0, 0.03]]);
    expect(tiers('aws.kms.requests')).toStrictEqual([[0, 0.03]]);
    expect(tiers('aws.rds.gp3')).toStrictEqual([[0, 0.137]]);
    expect(book.describe()['aws:AmazonS3:eu-central-1']?.asOf).toBe('2026-11-01');
  });

  test('of Azure give disks, addresses, caches, databases and plans', async () => {
    const item = { currencyCode: 'USD', armRegionName: 'eastus', armSkuName: '', type: 'Consumption' };
    const month = { ...item, unitOfMeasure: '1/Month' };
    const hour = { ...item, unitOfMeasure: '1 Hour' };
    const byService: Record<string, object[]> = {
      Storage: [
        { ...month, productName: 'Premium SSD Managed Disks', meterName: 'P15 LRS Disk', retailPrice: 40 },
        { ...month, productName: 'Premium SSD Managed Disks', meterName: 'P15 ZRS Disk', retailPrice: 60 },
      ],
      'Virtual Network': [
        {
          ...hour,
          productName: 'IP Addresses',
          meterName: 'Standard IPv4 Static Public IP',
          retailPrice: 0.006,
        },
      ],
      'Redis Cache': [
        { ...hour, productName: 'Azure Redis Cache Standard', meterName: 'C1 Cache', retailPrice: 0.14 },
      ],
      'SQL Database': [
        {
          ...hour,
          productName: 'SQL Database Single/Elastic Pool General Purpose - Compute Gen5',
          skuName: '4 vCore',
          meterName: 'vCore',
          retailPrice: 0.7,
        },
      ],
      'Azure App Service': [
        {
          ...hour,
          productName: 'Azure App Service Premium v3 Plan - Linux',
          skuName: 'P1 v3',
          meterName: 'P1 v3 App',
          retailPrice: 0.16,
        },
      ],
    };
    const lists: RequestListener = (request, response) => {
      const filter = new URL(request.url ?? '', 'http://here').searchParams.get('$filter') ?? '';
      const service = /serviceName eq '([^']+)'/.exec(filter)?.[1] ?? '';
      response.end(JSON.stringify({ Items: byService[service] ?? [], NextPageLink: null }));
    };
    const book = await served(lists, (azure) =>
      refreshPriceBook({
        bookPath: join(folder, 'book.jsonl'),
        sources: ['azure'],
        regions: { azure: ['eastus'] },
        baseUrls: { azure },
      }),
    );
    for (const [key, price] of [
      ['azure.disk.P15', 40],
      ['azure.public-ip.static', 0.006],
      ['azure.redis.Standard.C1', 0.14],
      ['azure.sql.gp-gen5.4-vcores', 0.7],
      ['azure.service-plan.P1v3', 0.16],
    ] as const)
      assert.deepEqual(tiersOf(book, key, 'eastus'), [[0, price]], key);
  });

  test('of Google give disks and databases, and machines from cores and memory', async () => {
    const sku = (description: string, usageUnit: string, nanos: number, usageType = 'OnDemand') => ({
      description,
      category: { resourceFamily: 'Compute', resourceGroup: 'Any', usageType },
      serviceRegions: ['europe-west3'],
      pricingInfo: [
        {
          pricingExpression: {
            usageUnit,
            tieredRates: [{ startUsageAmount: 0, unitPrice: { currencyCode: 'USD', units: '0', nanos } }],
          },
        },
      ],
    });
    const compute = [
      sku('Balanced PD Capacity in Frankfurt', 'GiBy.mo', 125_000_000),
      sku('N2 Instance Core running in Frankfurt', 'h', 40_000_000),
      sku('N2 Instance Core running in Frankfurt', 'h', 9_000_000, 'Preemptible'),
      sku('N2 Instance Ram running in Frankfurt', 'GiBy.h', 5_000_000),
    ];
    const databases = [sku('Cloud SQL for MySQL: Zonal - vCPU in Frankfurt', 'h', 50_000_000)];
    const lists: RequestListener = (request, response) =>
      response.end(JSON.stringify({ skus: request.url?.includes('9662-B51E-5089') ? databases : compute }));
    const book = await served(lists, (google) =>
      refreshPriceBook({
        bookPath: join(folder, 'book.jsonl'),
        sources: ['google'],
        baseUrls: { google },
        googleApiKey: 'k',
      }),
    );
    expect(tiersOf(book, 'google.disk.pd-balanced', 'europe-west3')).toStrictEqual([[0, 0.125]]);
    expect(tiersOf(book, 'google.sql.vcpu', 'europe-west3')).toStrictEqual([[0, 0.05]]);
    const machine = book.instance('google-vm', 'n2-standard-4', 'europe-west3');
    assert.ok(!('missing' in machine));
    expect(machine.tiers[0]?.price.toNumber()).toBe(4 * 0.04 + 16 * 0.005);
    expect(machine.section).toBe('google:vm');
  });
});
