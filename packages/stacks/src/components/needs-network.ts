import type { Report } from '../errors.ts';
import type { StackSource } from '../loading/stack.ts';
import { at, type Tree } from '../tree/tree.ts';
import type { Instance } from './component.ts';

/** Warns of components that no cloud can deploy, because the stack names no network. */
export function warnWithoutNetwork(
  instances: Instance[],
  { layers }: StackSource,
  { report, stack }: { report: Report; stack: string },
): void {
  if (layers.isIncomplete) return; // what could not be read may name one
  for (const { kind, spec, source } of instances) {
    if (!kind || !source.document || kind.foundationOutputs.length === 0) continue;
    const decides = kind.networkOnlyIf === undefined ? undefined : at(spec, ...kind.networkOnlyIf.split('.'));
    if (kind.networkOnlyIf !== undefined && !isTrue(decides)) continue;
    const what = kind.networkOnlyIf === undefined ? kind.name : `${kind.name} with ${kind.networkOnlyIf}`;
    report.warn(
      'no_network',
      decides?.place ?? source.document.kindPlace,
      `${what} needs a network, and the stack names none; give one as spec.vpc in stacks/${stack}/infra/networking.yaml`,
    );
  }
}

function isTrue(tree: Tree | undefined): boolean {
  return tree?.kind === 'scalar' && tree.value === true;
}
