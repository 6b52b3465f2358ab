import { Decimal } from 'decimal.js';
import { exactly, hoursPerMonth, product, type Quantity, unknownQuantity } from '../../quantity.ts';
import type { ResourceModule } from '../../resource-module.ts';
import type { ResourceReader } from '../../resource-reader.ts';

/** A service on Fargate is charged per task; one on instances costs nothing on top of them. */
export const ecsService: ResourceModule = {
  types: ['aws_ecs_service'],
  category: 'compute',
  components: (service) => {
    const provider = capacityOf(service);
    if (provider === null) return [];
    const tasks = service.number('desired_count', 0);
    const task = taskOf(service);
    const cpu = task === undefined ? unresolved() : sizeOf(task, 'cpu', 'vCPU');
    const memory = task === undefined ? unresolved() : sizeOf(task, 'memory', 'GB');
    const isSpot = provider === 'FARGATE_SPOT';
    const spot = { missing: 'spot prices change by the minute' };
    return [
      {
        name: 'Memory',
        unit: 'GB-hours',
        quantity: product(memory, tasks, hoursPerMonth),
        price: isSpot ? spot : 'aws.fargate.memory',
      },
      {
        name: 'vCPU',
        unit: 'vCPU-hours',
        quantity: product(cpu, tasks, hoursPerMonth),
        price: isSpot ? spot : 'aws.fargate.vcpu',
      },
    ];
  },
};

/** Returns the service's Fargate capacity, from its own setting or its cluster's. */
function capacityOf(service: ResourceReader): string | null {
  if (service.text('launch_type') === 'FARGATE') return 'FARGATE';
  const strategy = service
    .blocks('capacity_provider_strategy')
    .map((block) => block.text('capacity_provider'));
  if (strategy.length > 0) return pick(strategy);
  if (service.text('launch_type') === 'EC2') return null;
  const cluster = service.linked('cluster', 'aws_ecs_cluster');
  const providers = cluster?.linkedFrom('aws_ecs_cluster_capacity_providers', 'cluster_name')[0] ?? cluster;
  const defaults =
    providers?.blocks('default_capacity_provider_strategy').map((b) => b.text('capacity_provider')) ?? [];
  if (defaults.length > 0) return pick(defaults);
  const listed = providers?.raw('capacity_providers');
  return pick(Array.isArray(listed) ? listed : []);
}

function pick(providers: unknown[]): string | null {
  return providers.includes('FARGATE')
    ? 'FARGATE'
    : providers.includes('FARGATE_SPOT')
      ? 'FARGATE_SPOT'
      : null;
}

function taskOf(service: ResourceReader): ResourceReader | undefined {
  const own = service.linked('task_definition', 'aws_ecs_task_definition');
  if (own !== undefined) return own;
  const sets = [...service.linkedFrom('aws_ecs_task_set', 'service')];
  return sets[0]?.linked('task_definition', 'aws_ecs_task_definition');
}

/** Parses a size: `256` in CPU units or MiB, or `.25 vCPU` and `0.5 GB`. */
function sizeOf(task: ResourceReader, name: string, unit: string): Quantity {
  const text = task.text(name) ?? '';
  const [, figure, written] = /^(\d*\.?\d+)\s*([A-Za-z]*)$/.exec(text.trim()) ?? [];
  if (figure === undefined) return unknownQuantity(`the task definition has no ${name}`);
  const isWhole = written?.toLowerCase() === unit.toLowerCase();
  return exactly(new Decimal(figure).div(isWhole ? 1 : 1024));
}

function unresolved(): Quantity {
  return unknownQuantity('its task definition is not among the resources');
}
