import { placeText, type Report } from '../errors.ts';
import type { Kind } from '../kind/kind.ts';
import { at, listAt, type MapTree, mapAt, numberAt, type Tree, textAt } from '../tree/tree.ts';

/** What is known of a component when the rules over several fields are checked. */
export type RuleInput = {
  kind: Kind;
  spec: Tree;
  infra: Tree;
  /** Whether a file says something of this component only; else of many. */
  isOwnFile: (file: string) => boolean;
  report: Report;
};

/** Checks what a schema can't say: rules over several fields. */
export function checkRules(input: RuleInput): void {
  if (input.kind.runsContainers) {
    checkFargateSize(input);
    checkScaling(input);
  }
  for (const [index, item] of listAt(input.spec, 'environment').entries())
    checkOneValue(item, index, input.report);
  if (input.kind.name === 'DynamoDB') checkCapacity(input);
  if (input.kind.name === 'RDS') checkStorage(input);
}

/** Memory in MiB that Fargate offers for its CPU units: least, most, step. Source: AWS, "Fargate task CPU and memory". */
const fargateMemory: Record<number, [number, number, number]> = {
  256: [512, 2048, 512],
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16384, 1024],
  4096: [8192, 30720, 1024],
  8192: [16384, 61440, 4096],
  16384: [32768, 122880, 8192],
};

function checkFargateSize({ spec, infra, report }: RuleInput): void {
  if (textAt(spec, 'runtime', 'platform') !== 'fargate') return;
  const [cpu, memory] = [at(infra, 'resources', 'cpu'), at(infra, 'resources', 'memory')];
  const [units, mebibytes] = [numberAt(cpu), numberAt(memory)];
  if (units === undefined || mebibytes === undefined || !cpu || !memory) return;
  const [least, most, step] = fargateMemory[units] ?? [];
  if (least === undefined || most === undefined || step === undefined) {
    const message = `infra.resources.cpu is ${units}; Fargate offers ${Object.keys(fargateMemory).join(', ')}`;
    report.error('not_allowed_value', cpu.place, message);
    return;
  }
  const isOffered =
    mebibytes >= least && mebibytes <= most && (mebibytes === least || mebibytes % step === 0);
  if (isOffered) return;
  report.error(
    'not_allowed_value',
    memory.place,
    `infra.resources.memory is ${mebibytes}; for cpu ${units} (${placeText(cpu.place)}) Fargate offers ` +
      `${least} to ${most} in steps of ${step}`,
  );
}

/** A number of replicas that only a general layer gives is no more than a start. */
function checkScaling({ infra, isOwnFile, report }: RuleInput): void {
  const autoscaling = mapAt(infra, 'scaling', 'autoscaling');
  const [least, most] = [numberAt(autoscaling, 'minReplicas'), numberAt(autoscaling, 'maxReplicas')];
  if (!autoscaling || least === undefined || most === undefined) return;
  const path = 'infra.scaling.autoscaling';
  const lower = at(autoscaling, 'minReplicas');
  if (least > most && lower) {
    const message = `${path}.minReplicas ${least} is more than maxReplicas ${most}; lower it`;
    report.error('out_of_range', lower.place, message);
    return;
  }
  const replicas = at(infra, 'scaling', 'replicas');
  const count = numberAt(replicas);
  if (!replicas || count === undefined || !isOwnFile(replicas.place.file)) return;
  if (isDefault(replicas, mapAt(infra, 'scaling')) || (count >= least && count <= most)) return;
  const message = `infra.scaling.replicas is ${count}, outside of ${path}, which is ${least} to ${most}`;
  report.error('out_of_range', replicas.place, message);
}

/** A default has the place of its map. */
function isDefault(tree: Tree, map: MapTree | undefined): boolean {
  return tree.place === map?.place;
}

function checkOneValue(item: Tree, index: number, report: Report): void {
  const [value, from] = [at(item, 'value'), at(item, 'valueFrom')];
  if (!value || !from) return;
  const message = `spec.environment[${textAt(item, 'name') ?? index}] has value and valueFrom; remove one of them`;
  report.error('not_allowed_value', from.place, message);
}

function checkCapacity({ spec, report }: RuleInput): void {
  if (textAt(spec, 'billingMode') !== 'PROVISIONED') return;
  for (const field of ['readCapacity', 'writeCapacity'])
    if (!at(spec, field))
      report.error('missing_field', spec.place, `spec.${field} is missing; billingMode PROVISIONED needs it`);
}

function checkStorage({ spec, report }: RuleInput): void {
  const storage = mapAt(spec, 'instance', 'storage');
  const [size, most] = [numberAt(storage, 'allocatedGB'), numberAt(storage, 'maxAllocatedGB')];
  const limit = at(storage, 'maxAllocatedGB');
  if (size === undefined || most === undefined || most >= size || !limit) return;
  const message = `spec.instance.storage.maxAllocatedGB is ${most}, less than allocatedGB, which is ${size}`;
  report.error('out_of_range', limit.place, message);
}
