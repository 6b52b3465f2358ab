import { printable } from './printable.ts';

/** Resources by address, and which of them each needs. */
export type StateGraph = { nodes: string[]; edges: { from: string; to: string }[] };

export const graphForms = { text: textForm, dot: dotForm, mermaid: mermaidForm };

type StateResource = {
  mode?: string;
  module?: string;
  type?: string;
  name?: string;
  instances?: { dependencies?: string[] }[];
};

/** Reads the managed resources of a Terraform state; several instances of one are one node. */
export function graphOfState(state: Record<string, unknown> | null): StateGraph {
  const resources = Array.isArray(state?.resources) ? (state.resources as StateResource[]) : [];
  const needs = new Map<string, Set<string>>();
  for (const resource of resources.filter(({ mode }) => mode === 'managed')) {
    const address = addressOf(resource);
    const known = needs.get(address) ?? new Set();
    for (const { dependencies = [] } of resource.instances ?? [])
      for (const each of dependencies) known.add(each);
    needs.set(address, known);
  }
  const nodes = [...needs.keys()].sort();
  const edges = nodes.flatMap((from) =>
    [...(needs.get(from) ?? [])]
      .filter((to) => to !== from && needs.has(to))
      .sort()
      .map((to) => ({ from, to })),
  );
  return { nodes, edges: withoutIndirect(edges) };
}

/** Dependencies name a module's resource without the index of the module's instance. */
function addressOf({ module, type, name }: StateResource): string {
  const path = module === undefined ? '' : `${module.replace(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, '')}.`;
  return `${path}${type}.${name}`;
}

/** Terraform lists what a resource needs in any number of steps; a drawing shows single steps. */
function withoutIndirect(edges: StateGraph['edges']): StateGraph['edges'] {
  const targets = new Map<string, Set<string>>();
  for (const { from, to } of edges) targets.set(from, (targets.get(from) ?? new Set()).add(to));
  return edges.filter(
    ({ from, to }) => ![...(targets.get(from) ?? [])].some((via) => via !== to && targets.get(via)?.has(to)),
  );
}

function textForm({ nodes, edges }: StateGraph): string {
  if (nodes.length === 0) return 'no resources\n';
  const lines = nodes.flatMap((node) => [
    node,
    ...edges.filter(({ from }) => from === node).map(({ to }) => `  needs ${to}`),
  ]);
  return `${printable(lines.join('\n'))}\n`;
}

function dotForm({ nodes, edges }: StateGraph): string {
  const quoted = (text: string) => `"${printable(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const lines = [
    ...nodes.map((node) => `  ${quoted(node)};`),
    ...edges.map(({ from, to }) => `  ${quoted(from)} -> ${quoted(to)};`),
  ];
  return `digraph state {\n  rankdir=LR;\n  node [shape=box];\n${lines.join('\n')}\n}\n`;
}

/** Source of the escapes: https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters */
function mermaidForm({ nodes, edges }: StateGraph): string {
  const label = (text: string) => printable(text).replaceAll('#', '#35;').replaceAll('"', '#quot;');
  const id = (node: string) => `n${nodes.indexOf(node)}`;
  const lines = [
    ...nodes.map((node) => `  ${id(node)}["${label(node)}"]`),
    ...edges.map(({ from, to }) => `  ${id(from)} --> ${id(to)}`),
  ];
  return `flowchart LR\n${lines.join('\n')}\n`;
}
