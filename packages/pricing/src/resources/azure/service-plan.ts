import { Decimal } from 'decimal.js';
import { exactly, hoursPerMonth, product, type Quantity } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

/** Sizes that are free or charged by use. */
const withoutPlanPrice = /^(F1|D1|Y1|FC1)$/;

export const servicePlan: ResourceModule = {
  types: ['azurerm_service_plan'],
  category: 'compute',
  components: (plan) => {
    const sku = plan.text('sku_name');
    if (sku !== null && withoutPlanPrice.test(sku)) return [];
    const [, tier, size = '1', generation = ''] = /^([BSP])([1-3])(v\d)?$/.exec(sku ?? '') ?? [];
    const first = tier === undefined ? sku : `${tier}1${generation}`;
    const price = first === null ? { missing: 'sku_name is not known' } : `azure.service-plan.${first}`;
    const hours = product(plan.number('worker_count', 1), inFirstSizes(Number(size)), hoursPerMonth);
    return [{ name: `Instances (${sku})`, unit: 'hours', quantity: hours, price }];
  },
};

/** Each size is twice as large as the previous one and costs twice as much. */
function inFirstSizes(size: number): Quantity {
  const value = new Decimal(2).pow(size - 1);
  return size === 1 ? exactly(value) : { value, confidence: 'derived', note: `${value} of the first size` };
}
