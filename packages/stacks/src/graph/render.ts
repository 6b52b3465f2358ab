import type { Dependency } from './waves.ts';

/** What a drawing shows of a stack. */
export type Drawing = {
  waves: string[][];
  edges: (Dependency & { by: string })[];
  /** Kind by id. */
  kinds: ReadonlyMap<string, string>;
};

/** Renders waves and what each component needs, one line each. */
export function renderText({ waves, edges, kinds }: Drawing): string {
  const lines = waves.flatMap((wave, index) => [
    `Wave ${index + 1}`,
    ...wave.map((id) => {
      const needs = needsOf(id, edges);
      return `  ${id} (${kinds.get(id) ?? ''})${needs.length > 0 ? ` ← ${needs.join(', ')}` : ''}`;
    }),
  ]);
  return `${lines.join('\n')}\n`;
}

/** Renders a Mermaid flowchart; arrows point to what is needed. */
export function renderMermaid({ waves, edges, kinds }: Drawing): string {
  const names = namesOf(waves);
  const lines = ['flowchart LR'];
  for (const [index, wave] of waves.entries()) {
    lines.push(`  subgraph wave${index + 1}["Wave ${index + 1}"]`);
    for (const id of wave) lines.push(`    ${names.get(id)}["${id}<br/>${kinds.get(id) ?? ''}"]`);
    lines.push('  end');
  }
  for (const id of waves.flat())
    for (const needed of needsOf(id, edges)) lines.push(`  ${names.get(id)} --> ${names.get(needed)}`);
  return `${lines.join('\n')}\n`;
}

/** Renders Graphviz DOT; arrows point to what is needed. */
export function renderDot({ waves, edges, kinds }: Drawing): string {
  const lines = ['digraph stack {', '  rankdir=LR;', '  node [shape=box];'];
  for (const [index, wave] of waves.entries()) {
    lines.push(`  subgraph cluster_${index + 1} {`, `    label="Wave ${index + 1}";`);
    for (const id of wave) lines.push(`    "${id}" [label="${id}\\n${kinds.get(id) ?? ''}"];`);
    lines.push('  }');
  }
  for (const id of waves.flat())
    for (const needed of needsOf(id, edges)) lines.push(`  "${id}" -> "${needed}";`);
  return `${[...lines, '}'].join('\n')}\n`;
}

/** Renders JSON with nodes, edges and waves. */
export function renderJson({ waves, edges, kinds }: Drawing): string {
  const nodes = waves.flatMap((wave, index) =>
    wave.map((id) => ({ id, kind: kinds.get(id) ?? '', wave: index + 1 })),
  );
  const plain = edges.map(({ component, dependsOn, by }) => ({ component, dependsOn, by }));
  return `${JSON.stringify({ nodes, edges: plain, waves }, null, 2)}\n`;
}

function needsOf(id: string, edges: Drawing['edges']): string[] {
  return [...new Set(edges.filter(({ component }) => component === id).map(({ dependsOn }) => dependsOn))];
}

/** Mermaid's node names have no slashes. */
function namesOf(waves: string[][]): Map<string, string> {
  return new Map(waves.flat().map((id, index) => [id, `c${index + 1}`]));
}
