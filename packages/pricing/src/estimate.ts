import {
  type CostCategory,
  type CostEstimate,
  type CostOptions,
  costCategories,
  type ResourceCost,
  type Unpriced,
} from '@deployment-engine/contracts';
import { Decimal } from 'decimal.js';
import { amount, total } from './amounts.ts';
import { costDiff } from './cost-diff.ts';
import { type WithInner, withInnerResources } from './inner-resources.ts';
import type { UnfollowedModule } from './normalise-code.ts';
import type { NormalisedResource } from './normalised-resource.ts';
import { ageWarnings, embeddedPriceBook } from './price-book/load-price-book.ts';
import type { PriceBook } from './price-book/price-book.ts';
import { type PricedResource, priceResource } from './price-resource.ts';
import { weakest } from './quantity.ts';
import { ResourceLinks } from './resource-links.ts';
import { parseUsageFile, usageReader } from './usage-file.ts';

export interface EstimateOptions extends CostOptions {
  /** Default: the embedded book. */
  priceBook?: PriceBook;
  /** What is running now; adds a `diff` to the result. */
  current?: NormalisedResource[];
  /** Units of a currency per USD, set by the operator. */
  exchangeRates?: Record<string, number>;
  /** Module calls whose resources are missing from the list; the result names them. */
  unfollowed?: UnfollowedModule[];
  /** Default: now. Only used to decide whether prices are outdated. */
  today?: Date;
}

/** Thrown for a currency without a rate in the operator's table. */
export class UnknownCurrencyError extends Error {
  constructor(currency: string) {
    super(`no exchange rate is configured for ${currency}`);
    this.name = 'UnknownCurrencyError';
  }
}

/**
 * Estimates the monthly cost of resources. Pure: the same input gives the same result.
 * Throws `UsageFileError` for an invalid usage file, `UnknownCurrencyError` for a currency without a rate.
 */
export function estimate(resources: NormalisedResource[], options: EstimateOptions = {}): CostEstimate {
  const book = options.priceBook ?? embeddedPriceBook();
  const currency = options.currency ?? 'USD';
  const rate = exchangeRate(currency, options.exchangeRates);
  const found = withInnerResources(remaining(resources));
  const priced = priceAll(found, book, options);
  const before = options.current && priceAll(withInnerResources(remaining(options.current)), book, options);
  const sums = sumByCategory(priced, rate);
  return {
    ...sums,
    total: amount(total(priced), rate),
    resourceCounts: countByType(priced),
    currency,
    period: 'monthly',
    confidence: weakest(
      priced.filter(({ status }) => status !== 'unsupported').map(({ confidence }) => confidence),
    ),
    resources: priced.map((resource) => present(resource, rate)),
    diff: before === undefined ? null : costDiff(before, priced, rate),
    assumptions: assumptionsOf(priced, options),
    unpriced: [
      ...priced.flatMap((resource) => unpricedOf(resource, found.problems)),
      ...found.opaque,
      ...(options.unfollowed ?? []).map(unpricedModule),
    ],
    priceBook: describeBook(book, priced, options.today ?? new Date()),
  };
}

function exchangeRate(currency: string, rates: Record<string, number> = {}): Decimal {
  if (currency === 'USD') return new Decimal(1);
  const rate = rates[currency];
  if (rate === undefined) throw new UnknownCurrencyError(currency);
  return new Decimal(rate);
}

function remaining(resources: NormalisedResource[]): NormalisedResource[] {
  return resources.filter(({ action }) => action !== 'delete' && action !== 'forget' && action !== 'read');
}

function priceAll(
  { resources, problems }: WithInner,
  book: PriceBook,
  options: EstimateOptions,
): PricedResource[] {
  const file = typeof options.usage === 'string' ? parseUsageFile(options.usage) : options.usage;
  const usageOf = usageReader(file, options.profile ?? 'none');
  const links = new ResourceLinks(resources);
  return resources.map((resource) =>
    priceResource(resource, { links, usageOf, book, discounts: options.discounts ?? {}, problems }),
  );
}

function sumByCategory(resources: PricedResource[], rate: Decimal): Record<CostCategory, number> {
  const entries = costCategories.map((category) => {
    const own = resources.filter((resource) => resource.category === category);
    return [category, amount(total(own), rate)];
  });
  return Object.fromEntries(entries);
}

function countByType(resources: PricedResource[]): Record<string, number> {
  const counts = new Map<string, number>(); // in an object, a type called `constructor` would already have a value
  for (const { type } of resources) counts.set(type, (counts.get(type) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function present({ cost, assumptions: _, ...resource }: PricedResource, rate: Decimal): ResourceCost {
  return {
    ...resource,
    monthlyCost: cost === null ? null : amount(cost, rate),
    components: resource.components.map(({ cost: own, ...component }) => ({
      ...component,
      quantity: component.quantity?.toNumber() ?? null,
      unitPrice:
        component.unitPrice === null
          ? null
          : Number(rate.eq(1) ? component.unitPrice : component.unitPrice.times(rate)),
      monthlyCost: own === null ? null : amount(own, rate),
    })),
  };
}

function assumptionsOf(resources: PricedResource[], options: EstimateOptions): string[] {
  const discounts = Object.entries(options.discounts ?? {}).map(
    ([service, percent]) => `${percent} % off ${service}`,
  );
  const own = resources.flatMap((resource) =>
    assumptionsOfOne(resource).map((text) => `${resource.address}: ${text}`),
  );
  return [`usage profile ${options.profile ?? 'none'}`, ...discounts, ...own];
}

function assumptionsOfOne({ assumptions, components }: PricedResource): string[] {
  const texts = new Set(assumptions);
  const unused: string[] = [];
  for (const { confidence, note, usageKey, quantity } of components) {
    if (confidence !== 'assumed') continue;
    if (usageKey !== null && quantity?.isZero()) unused.push(usageKey);
    else if (note !== null) texts.add(note);
  }
  return unused.length > 0 ? [...texts, `no usage given for ${unused.join(', ')}`] : [...texts];
}

function unpricedOf(
  { address, type, status, components }: PricedResource,
  problems: ReadonlyMap<string, string>,
): Unpriced[] {
  if (status === 'unsupported') {
    const detail = problems.get(address) ?? `${type} is not priced`;
    return [{ address, type, component: null, reason: 'unsupported', detail }];
  }
  return components
    .filter(({ cost }) => cost === null)
    .map(({ name, note }) => ({
      address,
      type,
      component: name,
      reason: 'unknown',
      detail: note ?? 'not known',
    }));
}

function unpricedModule({ address, source }: UnfollowedModule): Unpriced {
  const detail = `the code of module ${source ?? 'with a computed source'} is not read before a plan; plan to price it`;
  return { address, type: 'module', component: null, reason: 'not_followed', detail };
}

function describeBook(book: PriceBook, resources: PricedResource[], today: Date): CostEstimate['priceBook'] {
  const used = new Set(
    resources.flatMap(({ components }) => components.flatMap((component) => component.priceSection ?? [])),
  );
  const all = book.describe();
  const sections = Object.fromEntries(Object.entries(all).filter(([id]) => used.has(id)));
  const dates = Object.values(used.size > 0 ? sections : all).map(({ asOf }) => asOf);
  return {
    version: book.version,
    asOf: dates.toSorted()[0] ?? book.version,
    sections,
    warnings: ageWarnings(sections, today),
  };
}
