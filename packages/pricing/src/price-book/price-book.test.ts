import assert from 'node:assert/strict';
import { embeddedPriceBook } from './load-price-book.ts';

const book = embeddedPriceBook();

/** Table, entry, region, price an hour, confidence, and what the note must say. */
const instances: [string, string, string, number, string, RegExp | null][] = [
  ['ec2', 'm5.large', 'us-east-1', 0.096, 'exact', null],
  ['ec2', 'm5.large', 'us-gov-west-1', 0.121, 'exact', null],
  ['ec2', 'm5.large', 'eu-central-1', 0.115, 'derived', /the family's ratio in eu-central-1/],
  ['ec2-windows', 't3.medium', 'eu-west-1', 0.064, 'exact', null],
  ['rds:mysql', 'db.t4g.medium', 'us-east-1', 0.064, 'derived', /scaled from db\.t4g\.small/],
  ['rds:postgres', 'db.m6i.large', 'us-east-1', 0.178, 'derived', /price of db\.m5\.large times 1/],
  ['elasticache', 'cache.r5.4xlarge', 'us-east-1', 1.724, 'exact', null],
  ['elasticache', 'cache.r5.xlarge', 'us-east-1', 0.431, 'derived', /scaled from/],
  ['neptune', 'db.r4.large', 'eu-west-2', 0.408, 'exact', null],
  ['redshift', 'dc2.8xlarge', 'us-east-1', 4.8, 'exact', null],
  ['msk', 'kafka.m5.large', 'us-east-1', 0.21, 'exact', null],
];

describe('the embedded book', () => {
  for (const [table, sku, region, price, confidence, note] of instances) {
    test(`prices ${table} ${sku} in ${region}, ${confidence}`, () => {
      const found = book.instance(table, sku, region);
      assert.ok(!('missing' in found));
      expect(Math.abs((found.tiers[0]?.price.toNumber() ?? 0) - price)).toBeLessThan(0.0001);
      expect(found.confidence).toBe(confidence);
      if (note !== null) expect(found.note ?? '').toMatch(note);
    });
  }

  for (const [table, sku, region] of [
    ['ec2', 'zz9.large', 'us-east-1'],
    ['ec2', 'm5.large', 'mars-north-1'],
    ['ec2', 'm5.large', 'cn-north-1'],
    ['redshift', 'dc9.large', 'us-east-1'],
    ['ec2-windows', 't3.large', 'us-east-1'],
    ['azure-vm', 'Standard_Nothing', 'eastus'],
  ] as const) {
    test(`has no price of ${table} ${sku} in ${region}, and says so`, () => {
      assert.ok('missing' in book.instance(table, sku, region));
    });
  }

  for (const [table, families] of [
    ['ec2', ['m5', 'c5', 'r5', 't3']],
    ['rds:postgres', ['db.m5', 'db.r5', 'db.t3']],
    ['elasticache', ['cache.m5', 'cache.r5']],
  ] as const) {
    test(`has dearer entries of ${table} the larger they are, in every region`, () => {
      for (const region of ['us-east-1', 'eu-central-1', 'sa-east-1', 'ap-northeast-1']) {
        for (const family of families) {
          const prices = ['large', 'xlarge', '2xlarge', '4xlarge'].flatMap((size) => {
            const found = book.instance(table, `${family}.${size}`, region);
            return 'missing' in found ? [] : [found.tiers[0]?.price.toNumber() ?? 0];
          });
          const sorted = [...new Set(prices)].toSorted((left, right) => left - right);
          assert.deepEqual(prices, sorted, `${family} in ${region}`);
          assert.ok(prices.length >= 2, `${family} in ${region}`);
        }
      }
    });
  }

  test('scales a unit price by region, but not one that holds everywhere', () => {
    const [balancer, zone] = ['aws.elb.hour', 'aws.route53.zone'].map((key) =>
      book.unit(key, 'eu-central-1'),
    );
    assert.ok(balancer && !('missing' in balancer) && balancer.confidence === 'derived');
    assert.ok(zone && !('missing' in zone) && zone.confidence === 'exact');
  });

  test('has the list price of a region that differs from the others', () => {
    const [near, far] = ['us-east-1', 'sa-east-1'].map((region) => book.unit('aws.nat.hour', region));
    assert.ok(near && far && !('missing' in near) && !('missing' in far));
    expect(far.confidence).toBe('exact');
    assert.ok(far.tiers[0]?.price.gt(near.tiers[0]?.price ?? 0));
  });

  test('gives every section a source, a date and a digest', () => {
    for (const section of Object.values(book.describe())) {
      expect(section.source.length).toBeGreaterThan(10);
      expect(section.asOf).toMatch(/^20\d\d/);
      expect(section.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});
