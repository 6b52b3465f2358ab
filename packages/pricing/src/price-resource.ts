import type { CostCategory, CostConfidence, ResourceCost } from '@deployment-engine/contracts';
import { isHolder } from '@deployment-engine/templates';
import { Decimal } from 'decimal.js';
import { total } from './amounts.ts';
import { discountOf } from './discounts.ts';
import type { NormalisedResource } from './normalised-resource.ts';
import type { PriceBook } from './price-book/price-book.ts';
import { type PricedComponent, priceComponent } from './price-component.ts';
import { weakest } from './quantity.ts';
import type { ResourceLinks } from './resource-links.ts';
import type { ResourceModule } from './resource-module.ts';
import { ResourceReader } from './resource-reader.ts';
import { freeTypes } from './resources/free-types.ts';
import { resourceModules } from './resources/index.ts';
import type { Usage } from './usage-file.ts';

export interface PricedResource extends Omit<ResourceCost, 'monthlyCost' | 'components'> {
  /** USD per month; `null` if unknown. */
  cost: Decimal | null;
  components: PricedComponent[];
  assumptions: string[];
}

export type PricingContext = {
  links: ResourceLinks;
  usageOf: (resource: NormalisedResource) => Usage;
  book: PriceBook;
  discounts: Record<string, number>;
  /** Resources of whose templates nobody knows what they create. */
  problems: ReadonlyMap<string, string>;
};

export function priceResource(resource: NormalisedResource, context: PricingContext): PricedResource {
  const resourceModule = resourceModules.get(resource.type);
  if (resourceModule !== undefined) return priceWith(resourceModule, resource, context);
  const isFree = isHolder(resource.type) ? !context.problems.has(resource.address) : freeTypes(resource.type);
  return isFree
    ? withoutComponents(resource, 'free', new Decimal(0), 'exact')
    : withoutComponents(resource, 'unsupported', null, 'unknown');
}

const whole = new Decimal(1);

function priceWith(
  { category, components: list }: ResourceModule,
  resource: NormalisedResource,
  { links, usageOf, book, discounts }: PricingContext,
): PricedResource {
  const assumptions: string[] = [];
  const reader = new ResourceReader({ resource, links, usage: usageOf(resource), assumptions });
  const specs = list(reader);
  const percent = discountOf(discounts, resource.type, category);
  const factor = percent === 0 ? whole : whole.minus(whole.times(percent).div(100));
  const components = specs.map((spec) => discounted(priceComponent(spec, reader, book), factor, assumptions));
  const known = components.filter(({ cost }) => cost !== null);
  const isUnknown =
    components.length > 0 && !known.some(({ cost }) => cost?.gt(0)) && known.length < components.length;
  return {
    ...identity(resource, category),
    status: isUnknown ? 'unknown' : known.length < components.length ? 'partial' : 'priced',
    cost: isUnknown ? null : total(known),
    confidence: weakest(components.map(({ confidence }) => confidence)),
    components,
    assumptions,
  };
}

/** Applies the discount. A default used for an attribute lowers the confidence of every price based on it. */
function discounted(component: PricedComponent, factor: Decimal, assumptions: string[]): PricedComponent {
  const confidence =
    assumptions.length > 0 ? weakest([component.confidence, 'assumed']) : component.confidence;
  const cost = component.cost === null || factor.eq(1) ? component.cost : component.cost.times(factor);
  return { ...component, confidence, cost };
}

function withoutComponents(
  resource: NormalisedResource,
  status: 'free' | 'unsupported',
  cost: Decimal | null,
  confidence: CostConfidence,
): PricedResource {
  return { ...identity(resource, 'other'), status, cost, confidence, components: [], assumptions: [] };
}

function identity({ address, type, region }: NormalisedResource, category: CostCategory) {
  return { address, type, region, category };
}
