import { assumed, exactly, hoursPerMonth, product, type Quantity } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';
import { googleDisk } from './disk.ts';

/** Discount in percent for running all month, by family; list prices exclude it. */
const sustainedUse: Record<string, number> = { n1: 30, f1: 30, m1: 30, n2: 20 };

export const computeInstance: ResourceModule = {
  types: ['google_compute_instance'],
  category: 'compute',
  components: (instance) => machine(instance, exactly(1)),
};

export const instanceGroupManager: ResourceModule = {
  types: ['google_compute_instance_group_manager', 'google_compute_region_instance_group_manager'],
  category: 'compute',
  components: (manager) => {
    const template =
      manager.linked('version.instance_template', 'google_compute_instance_template') ??
      manager.linked('version.instance_template', 'google_compute_region_instance_template');
    const size = manager.usage('instances') ?? manager.number('target_size', assumed(1, 'one instance'));
    if (template !== undefined) return machine(template, size);
    const price = { missing: 'its instance template is not among the resources' };
    return [{ name: 'Instance usage', unit: 'hours', quantity: size, price }];
  },
};

/** Applies the sustained-use discount only to machines that run the whole month. */
export function machine(reader: ResourceReader, count: Quantity): ComponentSpec[] {
  const sku = reader.text('machine_type')?.split('/').at(-1) ?? null;
  const scheduling = reader.block('scheduling');
  const isSpot =
    (scheduling?.flag('preemptible') ?? false) || scheduling?.text('provisioning_model') === 'SPOT';
  const hours = reader.usage('monthly_hrs') ?? exactly(hoursPerMonth);
  const percent = hours.value?.gte(hoursPerMonth) ? (sustainedUse[sku?.split('-')[0] ?? ''] ?? 0) : 0;
  const disks = [...reader.blocks('boot_disk'), ...reader.blocks('disk')];
  return [
    {
      name: `Instance usage (${isSpot ? 'spot' : 'on-demand'}, ${sku})`,
      unit: 'hours',
      quantity: product(hours, count),
      price: isSpot
        ? { missing: 'spot prices change by the minute' }
        : { table: 'google-vm', sku, factor: (100 - percent) / 100 },
    },
    ...disks.map((disk, index) => attached(disk, index, count)),
    ...reader.blocks('guest_accelerator').map((accelerator) => ({
      name: `Accelerators (${accelerator.text('type')})`,
      unit: 'hours',
      quantity: product(accelerator.number('count', 1), hours, count),
      price: { missing: 'no prices of accelerators' },
    })),
  ];
}

function attached(disk: ResourceReader, index: number, count: Quantity): ComponentSpec {
  const parameters = disk.block('initialize_params') ?? disk;
  const size = parameters.number('size', parameters.number('disk_size_gb', assumed(10, 'disk of 10 GB')));
  const type = parameters.text('type') ?? parameters.text('disk_type') ?? 'pd-standard';
  return googleDisk(type, product(size, count), `disk[${index}]`);
}
