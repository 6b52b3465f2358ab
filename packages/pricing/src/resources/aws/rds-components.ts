import { assumed, hoursPerMonth, product } from '../../quantity.ts';
import type { ComponentSpec } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';
import { classFamily, classVcpus, isAurora, paysExtendedSupport } from './rds-names.ts';

/** Free retention of Performance Insights, in days. */
const freeRetentionDays = 7;

/** Extras of either kind of instance: insights, credits of burstable classes, extended support. */
export function rdsExtras(database: ResourceReader, instanceClass: string, engine: string): ComponentSpec[] {
  return [
    ...insights(database, instanceClass),
    ...credits(database, instanceClass, engine),
    ...extendedSupport(database, instanceClass, engine),
  ];
}

function insights(database: ResourceReader, instanceClass: string): ComponentSpec[] {
  if (!database.flag('performance_insights_enabled')) return [];
  const isServerless = instanceClass === 'db.serverless';
  const days = database.number('performance_insights_retention_period', freeRetentionDays);
  const capacity = isServerless
    ? (database.usage('capacity_units_per_hr') ?? assumed(0, 'no capacity_units_per_hr given, none assumed'))
    : classVcpus(instanceClass);
  const retention: ComponentSpec = {
    name: `Performance Insights long-term retention (${instanceClass})`,
    unit: isServerless ? 'ACU-months' : 'vCPU-months',
    quantity: capacity,
    price: `aws.performance-insights.${isServerless ? 'serverless' : classFamily(instanceClass)}`,
  };
  const requests: ComponentSpec = {
    name: 'Performance Insights API',
    unit: '1000 requests',
    usageKey: 'monthly_additional_performance_insights_requests',
    per: 1000,
    price: 'aws.performance-insights.requests',
  };
  return days.value?.lte(freeRetentionDays) ? [requests] : [retention, requests];
}

function credits(database: ResourceReader, instanceClass: string, engine: string): ComponentSpec[] {
  if (!/^t[34]/.test(classFamily(instanceClass))) return [];
  const used = database.usage('monthly_cpu_credit_hrs');
  if (used === null) return [];
  const cpus = database.usage('vcpu_count') ?? classVcpus(instanceClass);
  const price = `aws.${isAurora(engine) ? 'aurora' : 'rds'}.cpu-credits`;
  return [{ name: 'CPU credits', unit: 'vCPU-hours', quantity: product(used, cpus), price }];
}

/** The rate depends on when the version's support ended; the later rate is not in the price book. */
const firstYears = 'extended support at the rate of its first two years; the third costs more';

function extendedSupport(database: ResourceReader, instanceClass: string, engine: string): ComponentSpec[] {
  const lifecycle = database.text('engine_lifecycle_support');
  if (!paysExtendedSupport(engine, database.text('engine_version'), lifecycle)) return [];
  return [
    {
      name: 'Extended support (years 1 and 2)',
      unit: 'vCPU-hours',
      quantity: product(classVcpus(instanceClass), assumed(hoursPerMonth, firstYears)),
      price: 'aws.rds.extended-support',
    },
  ];
}
