import { assumed, exactly, product, type Quantity } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';

/** Disk sizes in GB, each with a number: the 32 GB size of premium disks is P4. */
const steps: [size: number, number: number][] = [
  [4, 1],
  [8, 2],
  [16, 3],
  [32, 4],
  [64, 6],
  [128, 10],
  [256, 15],
  [512, 20],
  [1024, 30],
  [2048, 40],
  [4096, 50],
  [8192, 60],
  [16_384, 70],
  [32_768, 80],
];
const letters: Record<string, string> = { Standard: 'S', StandardSSD: 'E', Premium: 'P' };

export const managedDisk: ResourceModule = {
  types: ['azurerm_managed_disk'],
  category: 'storage',
  components: (disk) => {
    const type = disk.text('storage_account_type') ?? 'Standard_LRS';
    return [diskComponent(type, disk.number('disk_size_gb', assumed(30, 'disk of 30 GB')), exactly(1))];
  },
};

export function diskComponent(type: string, size: Quantity, count: Quantity, group?: string): ComponentSpec {
  const [kind = '', redundancy] = type.split('_');
  const letter = letters[kind];
  // The smallest standard disk is S4 with 32 GB.
  const step = steps.find(([gb]) => size.value?.lte(gb) && (letter !== 'S' || gb >= 32));
  const name = letter === undefined || step === undefined ? null : `${letter}${step[1]}`;
  const isListed = name !== null && redundancy === 'LRS';
  return {
    ...(group === undefined ? {} : { group }),
    name: `Storage (${name ?? type}, ${redundancy})`,
    unit: 'months',
    quantity: product(count, exactly(1)),
    price: isListed ? `azure.disk.${name}` : { missing: `no prices of ${type} disks` },
  };
}
