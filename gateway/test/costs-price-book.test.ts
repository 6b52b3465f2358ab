import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  embeddedBookPath,
  importPriceBook,
  loadPriceBook,
  type PriceBook,
  PriceBookError,
  refreshPriceBook,
} from '@deployment-engine/pricing';
import { served } from './served.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'price-book-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function hourly(book: PriceBook, table: string, sku: string, region: string): number | string {
  const found = book.instance(table, sku, region);
  return 'missing' in found ? found.missing : (found.tiers[0]?.price.toNumber() ?? 0);
}

const ec2Columns = [
  'SKU',
  'TermType',
  'Unit',
  'PricePerUnit',
  'Currency',
  'Instance Type',
  'Operating System',
  'Tenancy',
  'License Model',
  'CapacityStatus',
  'Pre Installed S/W',
];
const ec2Row = (price: string, type: string, system = 'Linux', term = 'OnDemand', software = 'NA') =>
  [`"S1"`, term, 'Hrs', price, 'USD', type, system, 'Shared', 'No License required', 'Used', software].join(
    ',',
  );
const ec2List = [
  '"FormatVersion","v1.0"',
  '"Publication Date","2026-11-01T00:00:00Z"',
  ec2Columns.map((name) => `"${name}"`).join(','),
  ec2Row('0.5000000000', 'm5.large'),
  ec2Row('9.9', 'm5.large', 'Linux', 'Reserved'),
  ec2Row('8.8', 'm5.large', 'Linux', 'OnDemand', 'SQL Web'),
  ec2Row('0.7', 'm5.large', 'Windows'),
].join('\n');
const otherList = '"SKU","TermType"\n';
const awsLists: RequestListener = (request, response) => {
  response.end(request.url?.includes('AmazonEC2') ? ec2List : otherList);
};

describe('a price book', () => {
  for (const [name, damage] of [
    ['a changed price', (text: string) => text.replace('0.096', '0.069')],
    ['a missing line', (text: string) => `${text.trimEnd().split('\n').slice(0, -1).join('\n')}\n`],
    ['a header of something else', (text: string) => text.replace('deployment-engine-prices/1', 'prices')],
    ['nothing in it', () => ''],
  ] as const) {
    test(`with ${name} is refused, and the old one stays in use`, () => {
      const bookPath = join(folder, 'book.jsonl');
      const file = join(folder, 'damaged.jsonl');
      importPriceBook({ file: embeddedBookPath, bookPath });
      const before = readFileSync(bookPath, 'utf8');
      writeFileSync(file, damage(before));
      assert.throws(() => importPriceBook({ file, bookPath }), PriceBookError);
      expect(readFileSync(bookPath, 'utf8')).toBe(before);
    });
  }

  test('refreshed from the AWS price list prefers the fresh price and keeps the rest', async () => {
    const bookPath = join(folder, 'book.jsonl');
    const book = await served(awsLists, (aws) =>
      refreshPriceBook({ bookPath, sources: ['aws'], baseUrls: { aws } }),
    );
    expect(hourly(book, 'ec2', 'm5.large', 'us-east-1')).toBe(0.5);
    expect(hourly(book, 'ec2-windows', 'm5.large', 'us-east-1')).toBe(0.7);
    expect(hourly(book, 'ec2', 'm5.xlarge', 'us-east-1')).toBe(0.192);
    expect(book.describe()['aws:ec2:us-east-1']?.asOf).toBe('2026-11-01');
    expect(hourly(loadPriceBook(bookPath), 'ec2', 'm5.large', 'us-east-1')).toBe(0.5);
  });

  test('refreshed from the Azure retail prices follows pages', async () => {
    const item = {
      currencyCode: 'USD',
      armRegionName: 'eastus',
      productName: 'Virtual Machines Dsv5 Series',
      unitOfMeasure: '1 Hour',
      type: 'Consumption',
      meterName: 'D2s v5',
    };
    const pages: Record<string, object> = {
      first: {
        Items: [{ ...item, armSkuName: 'Standard_D2s_v5', retailPrice: 0.25 }],
        NextPageLink: 'https://elsewhere.example/api/retail/prices?$skip=1',
      },
      second: {
        Items: [
          { ...item, armSkuName: 'Standard_D2s_v5', retailPrice: 0.01, meterName: 'D2s v5 Spot' },
          { ...item, armSkuName: 'Standard_D9_new', retailPrice: 0.75 },
        ],
        NextPageLink: null,
      },
    };
    const bookPath = join(folder, 'book.jsonl');
    const book = await served(
      (request, response) =>
        response.end(JSON.stringify(request.url?.includes('skip') ? pages.second : pages.first)),
      (azure) =>
        refreshPriceBook({
          bookPath,
          sources: ['azure'],
          regions: { azure: ['eastus'] },
          baseUrls: { azure },
        }),
    );
    expect(hourly(book, 'azure-vm', 'Standard_D2s_v5', 'eastus')).toBe(0.25);
    expect(hourly(book, 'azure-vm', 'Standard_D9_new', 'eastus')).toBe(0.75);
  });

  test('refreshed from the Google catalogue takes disk prices', async () => {
    const unitPrice = { currencyCode: 'USD', units: '0', nanos: 44_000_000 };
    const sku = {
      description: 'Storage PD Capacity in Frankfurt',
      category: { resourceFamily: 'Storage', resourceGroup: 'PDStandard', usageType: 'OnDemand' },
      serviceRegions: ['europe-west3'],
      pricingInfo: [
        { pricingExpression: { usageUnit: 'GiBy.mo', tieredRates: [{ startUsageAmount: 0, unitPrice }] } },
      ],
    };
    const bookPath = join(folder, 'book.jsonl');
    const book = await served(
      (_, response) => response.end(JSON.stringify({ skus: [sku] })),
      (google) =>
        refreshPriceBook({ bookPath, sources: ['google'], baseUrls: { google }, googleApiKey: 'k' }),
    );
    const found = book.unit('google.disk.pd-standard', 'europe-west3');
    assert.ok(!('missing' in found) && found.tiers[0]?.price.eq('0.044') && found.confidence === 'exact');
  });

  test('that cannot be refreshed is unchanged', async () => {
    const bookPath = join(folder, 'book.jsonl');
    importPriceBook({ file: embeddedBookPath, bookPath });
    const before = readFileSync(bookPath, 'utf8');
    const failing: RequestListener = (_, response) => response.writeHead(503).end();
    await expect(
      served(failing, (aws) => refreshPriceBook({ bookPath, sources: ['aws'], baseUrls: { aws } })),
    ).rejects.toThrow(/HTTP 503/);
    expect(readFileSync(bookPath, 'utf8')).toBe(before);
  });
});
