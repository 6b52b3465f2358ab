import { assumed, exactly } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';
import { ebsComponents } from './ebs-components.ts';

export const ebsVolume: ResourceModule = {
  types: ['aws_ebs_volume'],
  category: 'storage',
  components: (volume) =>
    ebsComponents({
      reader: volume,
      type: volume.textOrSchemaDefault('type', 'gp2'),
      size: volume.number('size', assumed(8, 'size of 8 GB')),
      count: exactly(1),
      ioUsageKey: 'monthly_standard_io_requests',
    }),
};

export const ebsSnapshot: ResourceModule = {
  types: ['aws_ebs_snapshot'],
  category: 'storage',
  components: (snapshot) => {
    const source = snapshot.linked('volume_id', 'aws_ebs_volume');
    const size = source?.number('size') ?? snapshot.number('volume_size', assumed(8, 'snapshot of 8 GB'));
    return [{ name: 'Snapshot storage', unit: 'GB', quantity: size, price: 'aws.ebs.snapshot' }];
  },
};
