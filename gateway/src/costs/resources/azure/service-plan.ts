import { hoursPerMonth, product } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';

/** Sizes that cost nothing or are charged by use. */
const withoutPlanPrice = /^(F1|D1|Y1|FC1)$/;

export const servicePlan: ResourceModule = {
  types: ['azurerm_service_plan'],
  category: 'compute',
  components: (plan) => {
    const sku = plan.text('sku_name');
    if (sku !== null && withoutPlanPrice.test(sku)) return [];
    const price = sku === null ? { missing: 'sku_name is not known' } : `azure.service-plan.${sku}`;
    const hours = product(plan.number('worker_count', 1), hoursPerMonth);
    return [{ name: `Instances (${sku})`, unit: 'hours', quantity: hours, price }];
  },
};
