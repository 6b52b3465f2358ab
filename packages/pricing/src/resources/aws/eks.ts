import { assumed, exactly, hoursPerMonth } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';
import { ec2Components } from './ec2-components.ts';
import { diskOf, type Machine, templateMachine } from './machine.ts';

/**
 * Oldest Kubernetes version in standard support on 2025-06-01; older ones are charged for extended support.
 */
const oldestSupported = 30;

export const eksCluster: ResourceModule = {
  types: ['aws_eks_cluster'],
  category: 'compute',
  components: (cluster) => {
    const minor = /^1\.(\d+)$/.exec(cluster.text('version') ?? '')?.[1];
    const policy = cluster.block('upgrade_policy')?.text('support_type');
    const isExtended = minor !== undefined && Number(minor) < oldestSupported && policy !== 'STANDARD';
    return [
      {
        name: isExtended ? 'EKS cluster (extended support)' : 'EKS cluster',
        unit: 'hours',
        quantity: hoursPerMonth,
        price: isExtended ? 'aws.eks.cluster.extended' : 'aws.eks.cluster',
      },
    ];
  },
};

export const eksNodeGroup: ResourceModule = {
  types: ['aws_eks_node_group'],
  category: 'compute',
  components: (group) => {
    const template =
      group.linked('launch_template.id', 'aws_launch_template') ??
      group.linked('launch_template.name', 'aws_launch_template');
    const types = group.raw('instance_types');
    const first = Array.isArray(types) && typeof types[0] === 'string' ? types[0] : null;
    const base = template && templateMachine(template);
    const machine: Machine = {
      ...(base ?? { tenancy: 'default', isEbsOptimised: false, isMonitored: false, cpuCredits: null }),
      instanceType: first ?? base?.instanceType ?? group.of({}).textOr('instance_types', 't3.medium'),
      disks:
        base && base.disks.length > 0
          ? base.disks
          : [diskOf(group.of({ volume_size: diskSize(group.raw('disk_size')) }), 'disk')],
    };
    const scaling = group.block('scaling_config');
    const nodes = scaling?.number('desired_size') ?? assumed(1, 'one node');
    if (group.text('capacity_type') !== 'SPOT') return ec2Components(machine, nodes, group);
    const price = { missing: 'spot prices change by the minute' };
    const disks = ec2Components({ ...machine, tenancy: 'host', cpuCredits: 'standard' }, nodes, group);
    return [{ name: 'Spot nodes', unit: 'nodes', quantity: nodes, price }, ...disks];
  },
};

/** Node groups get 20 GB of gp2 by default. */
function diskSize(value: unknown): unknown {
  return value ?? exactly(20).value?.toNumber();
}
