import { assumed, exactly, hoursPerMonth, product, type Quantity, unknownQuantity } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';
import { diskComponent } from './managed-disk.ts';

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
  const hours = product(machine.usage('monthly_hrs') ?? hoursPerMonth, count);
  return [
    {
      name: `Instance usage (${isWindows ? 'Windows' : 'Linux'}, ${isSpot ? 'spot' : 'pay as you go'}, ${sku})`,
      unit: 'hours',
      quantity: hours,
      price: isSpot ? { missing: 'spot prices change by the minute' } : { table: 'azure-vm', sku },
    },
    ...(isWindows && !isSpot && machine.text('license_type') !== 'Windows_Server'
      ? [windowsLicence(sku, hours)]
      : []),
    ...osDisk(machine, count),
  ];
}

/** Listed prices are for Linux; Windows adds a licence per vCPU, except for burstable machines. */
function windowsLicence(sku: string | null, hours: Quantity): ComponentSpec {
  const vcpus = /^Standard_[D-F][A-Z]*(\d+)\w*_v[3-9]$/.exec(sku ?? '')?.[1];
  return {
    name: `Windows licence (${sku})`,
    unit: 'vCPU-hours',
    quantity:
      vcpus === undefined
        ? unknownQuantity(`the vCPUs of ${sku} are not known`)
        : product(assumed(Number(vcpus), 'a licence for each vCPU'), hours),
    price: 'azure.windows.vcpu',
  };
}

function osDisk(machine: ResourceReader, count: Quantity): ComponentSpec[] {
  const disk = machine.block('os_disk') ?? machine.block('storage_os_disk');
  if (disk === undefined) return [];
  const type = disk.text('storage_account_type') ?? disk.text('managed_disk_type') ?? 'Standard_LRS';
  const size = disk.number('disk_size_gb', assumed(30, 'OS disk of 30 GB'));
  return [diskComponent(type, size, count, 'os_disk')];
}
