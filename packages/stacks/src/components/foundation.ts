import { foundationKind } from '../kind/kind.ts';
import type { LoadContext } from '../loading/context.ts';
import type { StackSource } from '../loading/stack.ts';
import { validate } from '../schema/validate.ts';
import { merge } from '../tree/merge.ts';
import { at, emptyMap, type Tree } from '../tree/tree.ts';
import type { Scope } from '../variables/scope.ts';

/** Resolves the network that the stack's `infra/networking.yaml` describes; undefined if it has no `vpc`. */
export function resolveFoundation(stack: StackSource, scope: Scope, context: LoadContext): Tree | undefined {
  const { report, catalog } = context;
  const merged = stack.layers.layers.reduce<Tree>(
    (lower, { network }) => merge(lower, network, { report }) ?? lower,
    emptyMap({ file: '', line: 1, column: 1 }),
  );
  if (!at(merged, 'vpc')) return undefined;
  const schema = catalog.kinds.get(foundationKind)?.schema ?? {};
  const { isIncomplete } = stack.layers;
  return validate(schema, scope.expandTree(merged), { path: 'spec' }, { report, root: schema, isIncomplete });
}
