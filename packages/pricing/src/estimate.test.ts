import assert from 'node:assert/strict';
import fc from 'fast-check';
import { estimate, UnknownCurrencyError } from './estimate.ts';
import type { NormalisedResource } from './normalised-resource.ts';
import { resource } from './resource-fixture.ts';
import { resourceModules } from './resources/index.ts';

const instanceTypes = ['t3.micro', 'm5.large', 'c6g.2xlarge', 'r3.xlarge'];
const volumeTypes = ['gp2', 'gp3', 'io1', 'st1', 'sc1', 'standard'];
const anyResource = fc.oneof(
  fc.record({ instance_type: fc.constantFrom(...instanceTypes), monitoring: fc.boolean() }).map((values) => {
    return { type: 'aws_instance', values };
  }),
  fc
    .record({ type: fc.constantFrom(...volumeTypes), size: fc.integer({ min: 1, max: 16_000 }) })
    .map((values) => {
      return { type: 'aws_ebs_volume', values: { ...values, iops: 3000 } };
    }),
  fc
    .constantFrom('aws_nat_gateway', 'aws_vpc', 'aws_unheard_of', 'aws_route53_zone')
    .map((type) => ({ type, values: {} })),
);
const anyResources = fc
  .array(anyResource, { maxLength: 12 })
  .map((list) => list.map(({ type, values }, index) => resource(`${type}.r${index}`, { values })));

function isClose(left: number, right: number): boolean {
  return Math.abs(left - right) < 1e-6;
}

describe('an estimate', () => {
  test('is the sum of the estimates of its parts', () => {
    fc.assert(
      fc.property(anyResources, fc.nat(12), (resources, cut) => {
        const [left, right] = [resources.slice(0, cut), resources.slice(cut)];
        return isClose(estimate(resources).total, estimate(left).total + estimate(right).total);
      }),
      { numRuns: 60 },
    );
  });

  test('does not depend on the order of resources', () => {
    fc.assert(
      fc.property(anyResources, (resources) => {
        return isClose(estimate(resources).total, estimate(resources.toReversed()).total);
      }),
      { numRuns: 40 },
    );
  });

  test('grows with the number of resources and never shrinks with the size of a disk', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...volumeTypes),
        fc.integer({ min: 1, max: 8000 }),
        fc.nat(8000),
        (type, size, more) => {
          const cost = (gigabytes: number) => {
            return estimate([resource('aws_ebs_volume.v', { values: { type, size: gigabytes, iops: 100 } })])
              .total;
          };
          const [one, two] = ['a', 'b'].map((name) =>
            resource(`aws_ebs_volume.${name}`, { values: { type, size } }),
          );
          expect(estimate([one, two] as NormalisedResource[]).total).toBeGreaterThan(
            estimate([one] as NormalisedResource[]).total,
          );
          expect(cost(size + more)).toBeGreaterThanOrEqual(cost(size));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('has categories that add up to its total', () => {
    fc.assert(
      fc.property(anyResources, (resources) => {
        const { compute, storage, networking, database, other, total } = estimate(resources);
        return isClose(compute + storage + networking + database + other, total);
      }),
      { numRuns: 40 },
    );
  });

  test('never reports a known cost of 0 for a resource with unknown attributes', () => {
    for (const type of resourceModules.keys()) {
      const blank = { ...resource(`${type}.x`), region: null, unknown: {} };
      const [priced] = estimate([blank]).resources;
      const isUsed = priced?.components.some(
        ({ quantity, monthlyCost }) => quantity !== 0 && monthlyCost === 0,
      );
      assert.ok(!isUsed, `${type} has a component that is used and costs 0`);
    }
  });

  test('lists what it cannot price instead of counting it as 0', () => {
    const unheard = resource('aws_unheard_of.a');
    const badSize = resource('aws_instance.b', { values: { instance_type: 'zz9.plural' } });
    const nowhere = { ...resource('aws_nat_gateway.c'), region: 'mars-north-1' };
    const later = { ...resource('aws_instance.d'), unknown: { instance_type: true } };
    const answer = estimate([unheard, badSize, nowhere, later]);
    const byAddress = new Map(answer.resources.map((entry) => [entry.address, entry]));
    expect(byAddress.get('aws_unheard_of.a')?.status).toBe('unsupported');
    expect(byAddress.get('aws_nat_gateway.c')?.monthlyCost).toBe(null);
    expect(byAddress.get('aws_instance.b')?.components[0]?.monthlyCost).toBe(null);
    expect(byAddress.get('aws_instance.d')?.status).toBe('partial');
    expect(new Set(answer.unpriced.map(({ address }) => address))).toStrictEqual(
      new Set(['aws_unheard_of.a', 'aws_instance.b', 'aws_nat_gateway.c', 'aws_instance.d']),
    );
    expect(answer.confidence).toBe('unknown');
  });

  test('lists every default it uses', () => {
    const answer = estimate([resource('aws_instance.a', { values: { instance_type: 'm5.large' } })]);
    assert.ok(answer.assumptions.includes('usage profile none'));
    assert.ok(answer.assumptions.includes('aws_instance.a: root disk of 8 GB gp2'));
    expect(answer.total).toBe(0.096 * 730 + 0.8);
  });

  test('takes default usage from the profile and lists it', () => {
    const gateway = [resource('aws_nat_gateway.a')];
    const [none, small, large] = (['none', 'small', 'large'] as const).map((profile) =>
      estimate(gateway, { profile }),
    );
    expect(none?.total).toBe(32.85);
    expect(small?.total).toBe(32.85 + 20 * 0.045);
    expect(large?.total).toBe(32.85 + 2000 * 0.045);
    assert.ok(small?.assumptions.some((text) => text.includes('monthly_data_processed_gb 20')));
  });

  test('takes discounts by type, prefix and category, the nearest first', () => {
    const gateway = [resource('aws_nat_gateway.a')];
    const total = (discounts: Record<string, number>) => estimate(gateway, { discounts }).total;
    expect(total({ networking: 50 })).toBe(16.425);
    expect(total({ networking: 50, 'aws_*': 10 })).toBe(29.565);
    expect(total({ networking: 50, 'aws_*': 10, aws_nat_gateway: 100 })).toBe(0);
  });

  test('converts by the rate table and refuses a currency without a rate', () => {
    const gateway = [resource('aws_nat_gateway.a')];
    const answer = estimate(gateway, { currency: 'EUR', exchangeRates: { EUR: 0.9 } });
    expect([answer.total, answer.currency]).toStrictEqual([29.565, 'EUR']);
    assert.throws(() => estimate(gateway, { currency: 'XXX' }), UnknownCurrencyError);
  });

  test('compares with what is running now', () => {
    const running = [resource('aws_nat_gateway.a'), resource('aws_eip.b')];
    const planned = [running[0] as NormalisedResource, resource('aws_route53_zone.c')];
    const { diff } = estimate(planned, { current: running });
    expect(
      diff?.resources.map(({ address, change, difference }) => [address, change, difference]),
    ).toStrictEqual([
      ['aws_route53_zone.c', 'added', 0.5],
      ['aws_eip.b', 'removed', -3.65],
    ]);
    expect(diff?.difference).toBe(-3.15);
  });

  test('warns of prices older than 180 days', () => {
    const gateway = [resource('aws_nat_gateway.a')];
    expect(estimate(gateway, { today: new Date('2024-02-01') }).priceBook.warnings.length).toBe(0);
    expect(estimate(gateway, { today: new Date('2030-01-01') }).priceBook.warnings[0] ?? '').toMatch(
      /older than 180 days/,
    );
  });
});
