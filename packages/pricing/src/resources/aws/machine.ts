import { assumed, exactly, type Quantity } from '../../quantity.ts';
import type { ResourceReader } from '../../resource-reader.ts';

/** A disk of an instance, from any kind of declaration. */
export type Disk = {
  group: string;
  reader: ResourceReader;
  type: string;
  size: Quantity;
};

/** What instances, launch templates and launch configurations have in common. */
export type Machine = {
  instanceType: string | null;
  tenancy: string;
  isEbsOptimised: boolean;
  isMonitored: boolean;
  /** `standard`, `unlimited`, or `null` for the family's default. */
  cpuCredits: string | null;
  disks: Disk[];
};

/** Root disk size of the common Linux images, in GB of gp2. */
const rootSize = 8;

export function rootDisk(reader: ResourceReader): Disk {
  const block = reader.block('root_block_device') ?? reader.of({});
  return {
    group: 'root_block_device',
    reader: block,
    type: block.text('volume_type') ?? 'gp2',
    size: block.number('volume_size', assumed(rootSize, `root disk of ${rootSize} GB gp2`)),
  };
}

export function dataDisks(reader: ResourceReader): Disk[] {
  return reader.blocks('ebs_block_device').map((block, index) => diskOf(block, `ebs_block_device[${index}]`));
}

export function mappedDisks(template: ResourceReader): Disk[] {
  return template.blocks('block_device_mappings').flatMap((mapping, index) => {
    const ebs = mapping.block('ebs');
    return ebs === undefined ? [] : [diskOf(ebs, `block_device_mappings[${index}]`)];
  });
}

export function diskOf(block: ResourceReader, group: string): Disk {
  const size = block.number('volume_size', assumed(rootSize, `${group} of ${rootSize} GB`));
  return { group, reader: block, type: block.text('volume_type') ?? 'gp2', size };
}

/** Reads a launch template, or an instance's attributes merged with it. */
export function templateMachine(template: ResourceReader): Machine {
  return {
    instanceType: template.text('instance_type'),
    tenancy: template.block('placement')?.text('tenancy') ?? 'default',
    isEbsOptimised: template.flag('ebs_optimized'),
    isMonitored: template.block('monitoring')?.flag('enabled') ?? false,
    cpuCredits: template.block('credit_specification')?.text('cpu_credits') ?? null,
    disks: mappedDisks(template),
  };
}

/** Derives the vCPUs from an instance type's name, as all current families allow; else `null`. */
export function vcpusOf(instanceType: string): Quantity | null {
  const [family = '', size = ''] = instanceType.replace(/^(db|cache)\./, '').split('.');
  const multiple = /^(\d*)xlarge$/.exec(size);
  if (multiple !== null) return exactly(4 * Number(multiple[1] || 1));
  if (size === 'large') return exactly(2);
  if (/^t(3|3a|4g)$/.test(family)) return exactly(2);
  if (family === 't2') return exactly(size === 'medium' ? 2 : 1);
  if (size === 'medium') return exactly(1);
  return null;
}
