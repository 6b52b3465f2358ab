import type { CostDiff, CostDiffEntry } from '@deployment-engine/contracts';
import { Decimal } from 'decimal.js';
import { amount, total } from './amounts.ts';
import type { PricedResource } from './price-resource.ts';

/** Compares two priced lists, resource by resource. */
export function costDiff(before: PricedResource[], after: PricedResource[], rate: Decimal): CostDiff {
  const old = new Map(before.map((resource) => [resource.address, resource]));
  const next = new Map(after.map((resource) => [resource.address, resource]));
  const addresses = new Set([...old.keys(), ...next.keys()]);
  const entries = [...addresses].flatMap(
    (address) => entryOf(old.get(address), next.get(address), rate) ?? [],
  );
  const [from, to] = [total(before), total(after)];
  return {
    before: amount(from, rate),
    after: amount(to, rate),
    difference: amount(to.minus(from), rate),
    differencePercent: from.isZero()
      ? null
      : to.minus(from).div(from).times(100).toDecimalPlaces(4).toNumber(),
    resources: entries.toSorted((left, right) => (right.difference ?? 0) - (left.difference ?? 0)),
  };
}

function entryOf(
  before: PricedResource | undefined,
  after: PricedResource | undefined,
  rate: Decimal,
): CostDiffEntry | null {
  const subject = after ?? before;
  const [from, to] = [costOr0(before), costOr0(after)];
  const isSame = from === null ? to === null : to !== null && from.eq(to);
  if (subject === undefined || isSame) return null;
  return {
    address: subject.address,
    type: subject.type,
    change: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
    before: from && amount(from, rate),
    after: to && amount(to, rate),
    difference: from && to && amount(to.minus(from), rate),
  };
}

/** A missing resource costs nothing; an unpriceable one costs an unknown amount. */
function costOr0(resource: PricedResource | undefined): Decimal | null {
  return resource === undefined ? new Decimal(0) : resource.cost;
}
