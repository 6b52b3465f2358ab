import { assumed, exactly, hoursPerMonth, product, type Quantity } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';
import { diskComponent } from './managed-disk.ts';

/** The prices are those of Linux; Windows adds a licence for which there are none. */
export const virtualMachine: ResourceModule = {
  types: ['azurerm_linux_virtual_machine', 'azurerm_windows_virtual_machine', 'azurerm_virtual_machine'],
  category: 'compute',
  components: (machine) => machines(machine, machine.text('size') ?? machine.text('vm_size'), exactly(1)),
};

export const scaleSet: ResourceModule = {
  types: ['azurerm_linux_virtual_machine_scale_set', 'azurerm_windows_virtual_machine_scale_set'],
  category: 'compute',
  components: (set) => machines(set, set.text('sku'), set.usage('instances') ?? set.number('instances', 1)),
};

function machines(machine: ResourceReader, sku: string | null, count: Quantity): ComponentSpec[] {
  const isWindows =
    machine.type.includes('windows') || machine.block('os_profile_windows_config') !== undefined;
  const isSpot = machine.text('priority') === 'Spot';
  const reason = isSpot ? 'spot prices change by the minute' : 'no prices of Windows licences';
  const hours = product(machine.usage('monthly_hrs') ?? hoursPerMonth, count);
  return [
    {
      name: `Instance usage (${isWindows ? 'Windows' : 'Linux'}, ${isSpot ? 'spot' : 'pay as you go'}, ${sku})`,
      unit: 'hours',
      quantity: hours,
      price: isWindows || isSpot ? { missing: reason } : { table: 'azure-vm', sku },
    },
    ...osDisk(machine, count),
  ];
}

function osDisk(machine: ResourceReader, count: Quantity): ComponentSpec[] {
  const disk = machine.block('os_disk') ?? machine.block('storage_os_disk');
  if (disk === undefined) return [];
  const type = disk.text('storage_account_type') ?? disk.text('managed_disk_type') ?? 'Standard_LRS';
  const size = disk.number('disk_size_gb', assumed(30, 'OS disk of 30 GB'));
  return [diskComponent(type, size, count, 'os_disk')];
}
