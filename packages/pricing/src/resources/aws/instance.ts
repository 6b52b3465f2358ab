import { exactly } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';
import { ec2Components } from './ec2-components.ts';
import { type Disk, dataDisks, diskOf, type Machine, rootDisk, templateMachine } from './machine.ts';

/** An instance with its launch template; its own attributes override the template's. */
export const instance: ResourceModule = {
  types: ['aws_instance'],
  category: 'compute',
  components: (resource) => ec2Components(machineOf(resource), exactly(1), resource),
};

function machineOf(resource: ResourceReader): Machine {
  const template =
    resource.linked('launch_template.id', 'aws_launch_template') ??
    resource.linked('launch_template.name', 'aws_launch_template');
  const base = template && templateMachine(template);
  const isOnHost =
    resource.isSet('host_id') &&
    (resource.text('host_id') !== null || resource.linked('host_id', 'aws_ec2_host') !== undefined);
  return {
    instanceType: resource.text('instance_type') ?? base?.instanceType ?? null,
    tenancy: isOnHost ? 'host' : (resource.text('tenancy') ?? base?.tenancy ?? 'default'),
    isEbsOptimised: flagOr(resource, 'ebs_optimized', base?.isEbsOptimised),
    isMonitored: flagOr(resource, 'monitoring', base?.isMonitored),
    cpuCredits: resource.block('credit_specification')?.text('cpu_credits') ?? base?.cpuCredits ?? null,
    disks: [rootDisk(resource), ...mergedDisks(resource, template)],
  };
}

function flagOr(resource: ResourceReader, name: string, fallback = false): boolean {
  const own = resource.text(name);
  return own === null ? fallback : own === 'true';
}

/** Merges disks by device: the instance's attributes override the template's. */
function mergedDisks(resource: ResourceReader, template: ResourceReader | undefined): Disk[] {
  const own = new Map(resource.blocks('ebs_block_device').map((block) => [block.text('device_name'), block]));
  const merged = (template?.blocks('block_device_mappings') ?? []).flatMap((mapping, index) => {
    const ebs = mapping.block('ebs');
    if (ebs === undefined) return [];
    const override = own.get(mapping.text('device_name'));
    own.delete(mapping.text('device_name'));
    const set = Object.entries(override?.values ?? {}).filter(([, value]) => value !== null && value !== '');
    return [diskOf(ebs.overlaid(Object.fromEntries(set)), `ebs_block_device[${index}]`)];
  });
  const left = dataDisks(resource).filter(({ reader }) => own.has(reader.text('device_name')));
  return [...left, ...merged];
}
