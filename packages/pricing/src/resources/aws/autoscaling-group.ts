import { assumed, combine, type Quantity } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';
import { ec2Components } from './ec2-components.ts';
import { dataDisks, type Machine, rootDisk, templateMachine } from './machine.ts';

/** A group of equal machines from a launch template, a launch configuration or a mixed policy. */
export const autoscalingGroup: ResourceModule = {
  types: ['aws_autoscaling_group'],
  category: 'compute',
  components: (group) => {
    const configuration = group.linked('launch_configuration', 'aws_launch_configuration');
    if (configuration !== undefined) return ec2Components(configured(configuration), sizeOf(group), group);
    const policy = group.block('mixed_instances_policy');
    if (policy !== undefined) return mixed(group, policy);
    const template = templateOf(group, 'launch_template.id', 'launch_template.name');
    return template === undefined
      ? [unresolved()]
      : ec2Components(templateMachine(template), sizeOf(group), group);
  },
};

/** Number of instances: the usage figure, the desired capacity, or the minimum; at least one. */
function sizeOf(group: ResourceReader): Quantity {
  const given = group.usage('instances');
  if (given !== null) return given;
  const desired = group.number('desired_capacity');
  if (desired.value !== null) return desired;
  const minimum = group.number('min_size', 1);
  return minimum.value?.gt(0) ? minimum : assumed(1, 'one instance, as neither size nor minimum says more');
}

function configured(configuration: ResourceReader): Machine {
  return {
    instanceType: configuration.text('instance_type'),
    tenancy: configuration.text('placement_tenancy') ?? 'default',
    isEbsOptimised: configuration.flag('ebs_optimized'),
    // Launch configurations use detailed monitoring by default.
    isMonitored: configuration.text('enable_monitoring') !== 'false',
    cpuCredits: null,
    disks: [rootDisk(configuration), ...dataDisks(configuration)],
  };
}

/** The first override sets type and weight; the share of spot instances has no price. */
function mixed(group: ResourceReader, policy: ResourceReader): ComponentSpec[] {
  const path = 'mixed_instances_policy.launch_template.launch_template_specification';
  const template = templateOf(group, `${path}.launch_template_id`, `${path}.launch_template_name`);
  if (template === undefined) return [unresolved()];
  const override = policy.block('launch_template')?.block('override');
  const machine = templateMachine(template);
  const chosen = { ...machine, instanceType: override?.text('instance_type') ?? machine.instanceType };
  const weight = override?.number('weighted_capacity', 1) ?? assumed(1, 'weight 1');
  const count = combine([sizeOf(group), weight], (size, one) => size.div(one).ceil());
  const onDemand = onDemandOf(count, policy);
  const spot = combine([count, onDemand], (all, part) => all.minus(part));
  if (spot.value?.isZero()) return ec2Components(chosen, onDemand, group);
  const price = { missing: 'spot prices change by the minute' };
  return [
    ...ec2Components(chosen, onDemand, group),
    { name: 'Spot instances', unit: 'instances', quantity: spot, price },
  ];
}

function onDemandOf(count: Quantity, policy: ResourceReader): Quantity {
  const distribution = policy.block('instances_distribution');
  if (distribution === undefined) return count;
  const base = distribution.number('on_demand_base_capacity', 0);
  const percent = distribution.number('on_demand_percentage_above_base_capacity', 100);
  return combine([count, base, percent], (all, first, share) => {
    const above = all.minus(first);
    return above.lte(0) ? all : first.plus(above.times(share).div(100).ceil());
  });
}

function templateOf(group: ResourceReader, ...paths: string[]): ResourceReader | undefined {
  for (const path of paths) {
    const found = group.linked(path, 'aws_launch_template');
    if (found !== undefined) return found;
  }
  return undefined;
}

function unresolved(): ComponentSpec {
  const price = { missing: 'its launch template is not among the resources' };
  return { name: 'Instance usage', unit: 'hours', quantity: assumed(1, 'size not read'), price };
}
