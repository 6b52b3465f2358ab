import { foundationKind } from '../kind/kind.ts';
import type { LoadContext } from '../loading/context.ts';
import type { StackSource } from '../loading/stack.ts';
import { validate } from '../schema/validate.ts';
import { merge } from '../tree/merge.ts';
import { at, type Tree } from '../tree/tree.ts';
import type { Scope } from '../variables/scope.ts';

/** Resolves the network that the stack's `infra/networking.yaml` describes; undefined if it has no `vpc`. */
export function resolveFoundation(stack: StackSource, scope: Scope, context: LoadContext): Tree | undefined {
  const { report, catalog } = context;
  const merged = stack.layers.layers.reduce<Tree | undefined>(
    (lower, { network }) => (network.entries.size > 0 ? merge(lower, network, { report }) : lower),
    undefined,
  );
  if (!merged || !at(merged, 'vpc')) return undefined;
  const schema = catalog.kinds.get(foundationKind)?.schema ?? {};
  const { isIncomplete } = stack.layers;
  return validate(schema, scope.expandTree(merged), { path: 'spec' }, { report, root: schema, isIncomplete });
}
