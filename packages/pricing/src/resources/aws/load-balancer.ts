import { Decimal } from 'decimal.js';
import { assumed, combine, hoursPerMonth, product, type Quantity } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';

/**
 * Capacity of one unit. `processed_bytes_gb` and `new_connections` are monthly totals, `active_connections`
 * and `rule_evaluations` are averages.
 */
const unitCarries = {
  application: { newPerSecond: 25, active: 3000, gbPerHour: 1, rules: 1000 },
  network: { newPerSecond: 800, active: 100_000, gbPerHour: 1, rules: null },
};

export const loadBalancer: ResourceModule = {
  types: ['aws_lb', 'aws_alb'],
  category: 'networking',
  components: (balancer) => {
    const type = balancer.textOrSchemaDefault('load_balancer_type', 'application');
    if (type !== 'application' && type !== 'network') {
      return [
        {
          name: `Load balancer (${type})`,
          unit: 'hours',
          quantity: hoursPerMonth,
          price: { missing: `no prices of ${type} load balancers` },
        },
      ];
    }
    const label = type === 'application' ? 'Application' : 'Network';
    return [
      { name: `${label} load balancer`, unit: 'hours', quantity: hoursPerMonth, price: 'aws.lb.hour' },
      {
        name: 'Load balancer capacity units',
        unit: 'LCU-hours',
        quantity: product(capacityUnits(balancer, type), hoursPerMonth),
        price: `aws.lb.${type}.lcu-hour`,
      },
    ];
  },
};

/** The dimension that needs the most units decides. */
function capacityUnits(balancer: ResourceReader, type: keyof typeof unitCarries): Quantity {
  const limits = unitCarries[type];
  const seconds = hoursPerMonth * 3600;
  const shares: [string, number][] = [
    ['processed_bytes_gb', limits.gbPerHour * hoursPerMonth],
    ['new_connections', limits.newPerSecond * seconds],
    ['active_connections', limits.active],
    ...(limits.rules === null ? [] : [['rule_evaluations', limits.rules] as [string, number]]),
  ];
  const given = shares.flatMap(([key, limit]) => {
    const usage = balancer.usage(key);
    return usage === null ? [] : [product(usage, new Decimal(1).div(limit))];
  });
  if (given.length === 0) return assumed(0, 'no traffic given, none assumed');
  return combine(given, (...units) => Decimal.max(...units));
}
