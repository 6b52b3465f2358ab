import { type MapTree, type ScalarTree, type Tree, textAt } from '../tree/tree.ts';

/** How a component names another one. */
export type EdgeKind = 'dependsOn' | 'reference' | 'valueFrom';
export type Reference = { by: EdgeKind; component: ScalarTree; output?: ScalarTree };
/** What a reference becomes: full names; nothing if it is wrong. */
export type Replacement = { component: string; output?: string } | undefined;

/** Fields whose `component` is a reference. */
const referringFields = ['source', 'target', 'origin', 'attachTo'];

/** Returns a `spec` in which each reference is replaced by what `visit` returns for it. */
export function replaceReferences(spec: Tree, visit: (reference: Reference) => Replacement): Tree {
  const inside = walk(spec, '', visit);
  const entry = inside.kind === 'map' ? inside.entries.get('dependsOn') : undefined;
  if (inside.kind !== 'map' || entry?.value.kind !== 'list') return inside;
  const items = entry.value.items.map((item) => {
    const answer = isText(item) ? visit({ by: 'dependsOn', component: item }) : undefined;
    return answer && isText(item) ? { ...item, value: answer.component } : item;
  });
  const value: Tree = { ...entry.value, items };
  return { ...inside, entries: new Map(inside.entries).set('dependsOn', { ...entry, value }) };
}

function walk(tree: Tree, field: string, visit: (reference: Reference) => Replacement): Tree {
  if (tree.kind === 'list')
    return { ...tree, items: tree.items.map((item) => walk(item, `${field}[]`, visit)) };
  if (tree.kind !== 'map') return tree;
  const by = kindOf(tree, field);
  if (by) return replaced(tree, by, visit);
  const entries = [...tree.entries].map(
    ([name, { key, value }]) => [name, { key, value: walk(value, name, visit) }] as const,
  );
  return { ...tree, entries: new Map(entries) };
}

function kindOf(map: MapTree, field: string): EdgeKind | undefined {
  if (textAt(map, 'component') === undefined) return undefined;
  if (field === 'valueFrom') return 'valueFrom';
  return referringFields.includes(field) || field === 'targets[]' ? 'reference' : undefined;
}

function replaced(map: MapTree, by: EdgeKind, visit: (reference: Reference) => Replacement): Tree {
  const [component, output] = [map.entries.get('component'), map.entries.get('output')];
  if (!component || !isText(component.value)) return map;
  const isOutput = by === 'valueFrom' && output && isText(output.value);
  const answer = visit({
    by,
    component: component.value,
    ...(isOutput && isText(output.value) ? { output: output.value } : {}),
  });
  if (!answer) return map;
  const entries = new Map(map.entries);
  entries.set('component', { ...component, value: { ...component.value, value: answer.component } });
  if (output && isText(output.value) && answer.output !== undefined)
    entries.set('output', { ...output, value: { ...output.value, value: answer.output } });
  return { ...map, entries };
}

function isText(tree: Tree): tree is ScalarTree & { value: string } {
  return tree.kind === 'scalar' && typeof tree.value === 'string';
}
