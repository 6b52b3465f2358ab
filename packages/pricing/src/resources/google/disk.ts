import { assumed, type Quantity } from '../../quantity.ts';
import type { ComponentSpec, ResourceModule } from '../../resource-module.ts';

export const computeDisk: ResourceModule = {
  types: ['google_compute_disk'],
  category: 'storage',
  components: (disk) => {
    const type = disk.text('type') ?? 'pd-standard';
    const size = disk.number(
      'size',
      type === 'pd-ssd' ? assumed(100, 'disk of 100 GB') : assumed(500, 'disk of 500 GB'),
    );
    return [googleDisk(type, size)];
  },
};

export function googleDisk(type: string, size: Quantity, group?: string): ComponentSpec {
  const kind = type.split('/').at(-1) ?? type;
  return {
    ...(group === undefined ? {} : { group }),
    name: `Storage (${kind})`,
    unit: 'GB',
    quantity: size,
    price: `google.disk.${kind}`,
  };
}
