import { estimate } from './estimate.ts';
import type { NormalisedResource } from './normalised-resource.ts';
import { resource } from './resource-fixture.ts';

const gateway = resource('aws_nat_gateway.a');
const zone = resource('aws_route53_zone.z');
const vpc = resource('aws_vpc.v');
const unheard = resource('aws_unheard_of.u');
const today = new Date('2024-02-01');

describe('an estimate counts', () => {
  test.each([
    ['create', 32.85],
    ['update', 32.85],
    ['replace', 32.85],
    ['no-op', 32.85],
    ['delete', 0],
    ['forget', 0],
    ['read', 0],
  ])('a resource with the action %s as %d', (action, expected) => {
    const planned = { ...gateway, action } as NormalisedResource;
    expect(estimate([planned]).total).toBe(expected);
    expect(estimate([], { current: [planned] }).diff?.before).toBe(expected);
  });

  test('resources by type, also of types named like a property of every object', () => {
    const list = [
      gateway,
      resource('aws_nat_gateway.b'),
      zone,
      resource('constructor.c'),
      resource('toString.d'),
    ];
    expect(estimate(list).resourceCounts).toStrictEqual({
      aws_nat_gateway: 2,
      aws_route53_zone: 1,
      constructor: 1,
      toString: 1,
    });
  });

  test('each cost in its own category only', () => {
    const disk = resource('aws_ebs_volume.d', { values: { type: 'gp3', size: 100 } });
    const { networking, storage, compute, database } = estimate([gateway, disk]);
    expect({ networking, storage, compute, database }).toStrictEqual({
      networking: 32.85,
      storage: 8,
      compute: 0,
      database: 0,
    });
  });
});

describe('the confidence of an estimate', () => {
  test('is that of the weakest resource', () => {
    expect(estimate([vpc]).confidence).toBe('exact');
    expect(estimate([vpc, gateway]).confidence).toBe('assumed');
  });

  test('is not lowered by types without a price, which are listed', () => {
    const { confidence, unpriced } = estimate([vpc, unheard]);
    expect(confidence).toBe('exact');
    expect(unpriced).toStrictEqual([
      {
        address: 'aws_unheard_of.u',
        type: 'aws_unheard_of',
        component: null,
        reason: 'unsupported',
        detail: 'aws_unheard_of is not priced',
      },
    ]);
  });
});

describe('a resource of an estimate', () => {
  const euro = { currency: 'EUR', exchangeRates: { EUR: 0.5 } };
  const component = (name: RegExp, options: object = {}) =>
    estimate([gateway], options).resources[0]?.components.find((entry) => name.test(entry.name));

  test('has its prices and costs in the currency of the whole', () => {
    const [dollars, euros] = [estimate([gateway]), estimate([gateway], euro)];
    expect(dollars.resources[0]?.monthlyCost).toBe(32.85);
    expect(euros.resources[0]?.monthlyCost).toBe(16.425);
    expect(
      euros.resources[0]?.components.map(({ unitPrice, monthlyCost }) => [unitPrice, monthlyCost]),
    ).toStrictEqual(
      dollars.resources[0]?.components.map(({ unitPrice, monthlyCost }) => [
        (unitPrice ?? 0) * 0.5,
        (monthlyCost ?? 0) * 0.5,
      ]),
    );
  });

  test('has quantities that are not converted', () => {
    expect(component(/./, euro)?.quantity).toBe(730);
    expect(component(/./)?.unitPrice).toBe(0.045);
  });

  test('has no internal figures', () => {
    const { resources } = estimate([gateway]);
    expect(resources[0]).not.toHaveProperty('cost');
    expect(resources[0]).not.toHaveProperty('assumptions');
    expect(resources[0]?.components[0]).not.toHaveProperty('cost');
  });

  test('has neither price nor cost where they are unknown, in any currency', () => {
    const nowhere = { ...gateway, region: null };
    for (const options of [{}, euro]) {
      const [answer] = estimate([nowhere], options).resources;
      expect([
        answer?.monthlyCost,
        answer?.components[0]?.unitPrice,
        answer?.components[0]?.monthlyCost,
      ]).toStrictEqual([null, null, null]);
    }
    const { unpriced } = estimate([nowhere]);
    expect(unpriced.length).toBeGreaterThan(0);
    for (const entry of unpriced) {
      expect(entry).toMatchObject({ address: gateway.address, type: gateway.type, reason: 'unknown' });
      expect(entry.component).not.toBeNull();
      expect(entry.detail).toContain('the region is not known');
    }
  });
});

describe('the assumptions of an estimate', () => {
  test('name the profile, discounts and unused figures', () => {
    expect(estimate([gateway], { profile: 'none', discounts: { networking: 10 } }).assumptions).toStrictEqual(
      [
        'usage profile none',
        '10 % off networking',
        'aws_nat_gateway.a: no usage given for monthly_data_processed_gb',
      ],
    );
    expect(estimate([gateway], { profile: 'small' }).assumptions).toStrictEqual([
      'usage profile small',
      'aws_nat_gateway.a: profile small: monthly_data_processed_gb 20',
    ]);
  });

  test('list each default by its note, also one of 0 that no usage file can change', () => {
    const machine = resource('aws_instance.i', { values: { instance_type: 't3.micro' } });
    expect(estimate([machine]).assumptions).toStrictEqual([
      'usage profile none',
      'aws_instance.i: no CPU credits used beyond the baseline',
      'aws_instance.i: root disk of 8 GB gp2',
    ]);
  });

  test('list a default of an attribute once, not for each price that it lowers', () => {
    const database = resource('aws_db_instance.d', {
      values: { instance_class: 'db.m5.large', allocated_storage: 20 },
    });
    const { assumptions, resources } = estimate([database], { profile: 'small' });
    expect(resources[0]?.components.map(({ note }) => note)).toContain(null);
    expect(resources[0]?.confidence).toBe('assumed');
    expect(assumptions.slice(0, 2)).toStrictEqual([
      'usage profile small',
      'aws_db_instance.d: engine taken as mysql',
    ]);
    expect(assumptions.filter((text) => text.endsWith('null'))).toStrictEqual([]);
  });

  test('list all figures without usage of a resource in one line', () => {
    const texts = estimate([resource('aws_s3_bucket.b')]).assumptions.filter((text) =>
      text.includes('no usage given'),
    );
    expect(texts.length).toBe(1);
    expect(texts[0]).toMatch(/no usage given for \S+, \S+/);
  });

  test('list nothing for resources whose usage is given, as text or parsed', () => {
    const usage = { resource_usage: { aws_nat_gateway: { monthly_data_processed_gb: 100 } } };
    const text = 'version: 0.1\nresource_usage:\n  aws_nat_gateway:\n    monthly_data_processed_gb: 100\n';
    for (const given of [usage, text]) {
      const answer = estimate([gateway], { usage: given });
      expect(answer.total).toBe(32.85 + 4.5);
      expect(answer.assumptions).toStrictEqual(['usage profile none']);
      expect(answer.confidence).toBe('exact');
    }
  });
});

test('usage that is given as 0 is neither an assumption nor missing', () => {
  const usage = { resource_usage: { aws_nat_gateway: { monthly_data_processed_gb: 0 } } };
  expect(estimate([gateway], { usage }).assumptions).toStrictEqual(['usage profile none']);
});

describe('modules that are not followed', () => {
  test('are listed with their source, or without one if it is computed', () => {
    const { unpriced } = estimate([], {
      unfollowed: [
        { address: 'module.a', source: 'acme/a/aws' },
        { address: 'module.b', source: null },
      ],
    });
    expect(unpriced.map(({ address, reason }) => [address, reason])).toStrictEqual([
      ['module.a', 'not_followed'],
      ['module.b', 'not_followed'],
    ]);
    expect(unpriced[0]?.detail).toContain('module acme/a/aws is');
    expect(unpriced[1]?.detail).toContain('module with a computed source is');
  });
});

describe('the price book of an estimate', () => {
  test('lists only the sections that were used, and the oldest date of those', () => {
    const one = estimate([gateway], { today }).priceBook;
    const disk = resource('aws_instance.i', { values: { instance_type: 'm5.large' } });
    const two = estimate([gateway, disk], { today }).priceBook;
    const all = estimate([vpc], { today }).priceBook;
    expect(Object.keys(one.sections).length).toBe(1);
    expect(Object.keys(two.sections).length).toBeGreaterThan(1);
    expect(all.sections).toStrictEqual({});
    const datesOf = ({ sections }: typeof one) =>
      Object.values(sections)
        .map(({ asOf }) => asOf)
        .toSorted();
    expect(one.asOf).toBe(datesOf(one)[0]);
    expect(two.asOf).toBe(datesOf(two)[0]);
    expect(all.asOf <= one.asOf).toBe(true);
    expect(all.version).toBe(one.version);
  });

  test('has the oldest date of all sections if no price was found', () => {
    const nowhere = estimate([{ ...gateway, region: null }], { today }).priceBook;
    expect(nowhere).toStrictEqual(estimate([vpc], { today }).priceBook);
    expect(nowhere.asOf).not.toBe(nowhere.version);
  });

  test('has a diff only if there is something to compare with', () => {
    expect(estimate([gateway]).diff).toBeNull();
    expect(estimate([gateway], { current: [] }).diff?.difference).toBe(32.85);
  });
});
