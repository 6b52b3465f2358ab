import { assumed, exactly, product, type Quantity } from '../../quantity.ts';
import type { ComponentSpec, PriceQuery } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';
import { ebsComponents, monthlyHours } from './ebs-components.ts';
import { type Machine, vcpusOf } from './machine.ts';

/** Metrics that detailed monitoring publishes for an instance. */
const detailedMetrics = 7;

/** Families of the first generations, where optimised EBS traffic is charged from `xlarge` on. */
const chargedForEbs = /^(c1|c3|g2|i2|m1|m2|m3|r3)\.\d*xlarge$/;

/** Prices machines of one kind with their disks; `resource` supplies the usage figures. */
export function ec2Components(machine: Machine, count: Quantity, resource: ResourceReader): ComponentSpec[] {
  const hours = product(monthlyHours(resource), count);
  const isOnHost = machine.tenancy === 'host';
  return [
    ...(isOnHost ? [] : [instanceHours(machine, hours, resource)]),
    ...(isOnHost ? [] : ebsOptimised(machine, hours)),
    ...(machine.isMonitored ? [monitoring(count)] : []),
    ...cpuCredits(machine, count, resource),
    ...machine.disks.flatMap(({ reader, type, size, group }) =>
      ebsComponents({
        reader,
        type,
        size,
        count,
        group,
        ioUsageKey: `${group}.monthly_standard_io_requests`,
      }),
    ),
  ];
}

function instanceHours(
  { instanceType, tenancy }: Machine,
  quantity: Quantity,
  resource: ResourceReader,
): ComponentSpec {
  const system = resource.usageText('operating_system') ?? 'linux';
  const reserved = resource.usageText('reserved_instance_term');
  const kind = reserved === null ? 'on-demand' : 'reserved';
  return {
    name: `Instance usage (${system}, ${kind}, ${instanceType ?? 'unknown type'})`,
    unit: 'hours',
    quantity,
    price:
      reserved === null
        ? instancePrice(system, tenancy, instanceType)
        : { missing: 'no prices of reserved instances' },
  };
}

function instancePrice(system: string, tenancy: string, sku: string | null): PriceQuery {
  if (system !== 'linux') {
    return tenancy === 'dedicated'
      ? { missing: `no dedicated ${system} prices` }
      : { table: `ec2-${system}`, sku };
  }
  return { table: tenancy === 'dedicated' ? 'ec2-dedicated' : 'ec2', sku };
}

function ebsOptimised({ instanceType, isEbsOptimised }: Machine, quantity: Quantity): ComponentSpec[] {
  if (!isEbsOptimised || instanceType === null || !chargedForEbs.test(instanceType)) return [];
  return [
    {
      name: 'EBS-optimised usage',
      unit: 'hours',
      quantity,
      price: { table: 'ec2-ebs-optimised', sku: instanceType },
    },
  ];
}

function monitoring(count: Quantity): ComponentSpec {
  const quantity = product(count, detailedMetrics);
  return { name: 'EC2 detailed monitoring', unit: 'metrics', quantity, price: 'aws.ec2.detailed-monitoring' };
}

/** Burstable families pay for credits above their baseline in unlimited mode, the default except for t2. */
function cpuCredits(
  { instanceType, cpuCredits }: Machine,
  count: Quantity,
  resource: ResourceReader,
): ComponentSpec[] {
  const family = instanceType?.split('.')[0] ?? '';
  if (!/^t(2|3|3a|4g)$/.test(family)) return [];
  if ((cpuCredits ?? (family === 't2' ? 'standard' : 'unlimited')) !== 'unlimited') return [];
  const cpus = resource.usage('vcpu_count') ?? vcpusOf(instanceType as string) ?? exactly(1);
  const hours =
    resource.usage('monthly_cpu_credit_hrs') ?? assumed(0, 'no CPU credits used beyond the baseline');
  return [
    {
      name: 'CPU credits',
      unit: 'vCPU-hours',
      quantity: product(hours, cpus, count),
      price: 'aws.ec2.cpu-credits',
    },
  ];
}
