import fc from 'fast-check';
import { criticalPath } from './critical-path.ts';
import { findCycles } from './cycles.ts';
import { renderDot, renderJson, renderMermaid, renderText } from './render.ts';
import {
  dependenciesOutside,
  dependentsOutside,
  idsInScope,
  withDependencies,
  withDependents,
} from './scope.ts';
import { destroyWaves, wavesOf } from './waves.ts';

const names = Array.from({ length: 12 }, (_, index) => `c${String.fromCharCode(97 + index)}`);
const name = fc.constantFrom(...names);
/** Edges from later to earlier names: no cycle. */
const acyclic = fc.array(fc.tuple(name, name), { maxLength: 40 }).map((pairs) =>
  pairs
    .filter(([left, right]) => left !== right)
    .map(([left, right]) => ({
      component: left > right ? left : right,
      dependsOn: left > right ? right : left,
    })),
);
const any = fc.array(fc.record({ from: name, to: name, line: fc.integer({ min: 1, max: 60 }) }), {
  maxLength: 40,
});
const arrowsOf = (edges: { from: string; to: string; line: number }[]) =>
  edges.map(({ from, to, line }) => ({ from, to, place: { file: `${from}.yaml`, line, column: 1 } }));

test('every component is in one wave, after all that it needs, and as early as possible', () => {
  fc.assert(
    fc.property(acyclic, (edges) => {
      const waves = wavesOf(names, edges);
      expect(waves.flat().sort()).toStrictEqual(names);
      const waveOf = new Map(waves.flatMap((wave, index) => wave.map((id) => [id, index] as const)));
      for (const id of names) {
        const needs = edges
          .filter(({ component }) => component === id)
          .map(({ dependsOn }) => waveOf.get(dependsOn) ?? 0);
        expect(waveOf.get(id)).toBe(needs.length === 0 ? 0 : Math.max(...needs) + 1);
      }
      for (const wave of waves) expect(wave).toStrictEqual(wave.toSorted());
    }),
  );
});

test('a destroy removes nothing that something else still needs', () => {
  fc.assert(
    fc.property(acyclic, (edges) => {
      const gone = new Set<string>();
      for (const wave of destroyWaves(wavesOf(names, edges))) {
        for (const id of wave)
          for (const { component } of edges.filter(({ dependsOn }) => dependsOn === id))
            expect(gone.has(component)).toBe(true);
        for (const id of wave) gone.add(id);
      }
    }),
  );
});

test('the order of edges and components does not change the waves', () => {
  fc.assert(
    fc.property(acyclic, fc.shuffledSubarray(names, { minLength: names.length }), (edges, shuffled) => {
      expect(wavesOf(shuffled, edges.toReversed())).toStrictEqual(wavesOf(names, edges));
    }),
  );
});

test('a graph without a cycle has none', () => {
  fc.assert(
    fc.property(acyclic, (edges) => {
      const arrows = arrowsOf(
        edges.map(({ component, dependsOn }) => ({ from: component, to: dependsOn, line: 1 })),
      );
      expect(findCycles(arrows)).toStrictEqual([]);
    }),
  );
});

test('cycles are real, begin with their smallest name, and removing their first steps leaves none', () => {
  fc.assert(
    fc.property(any, (edges) => {
      const arrows = arrowsOf(edges);
      const cycles = findCycles(arrows);
      for (const { path, place } of cycles) {
        expect(path.at(-1)).toBe(path[0]);
        expect(path[0]).toBe(path.toSorted()[0]);
        expect(new Set(path).size).toBe(path.length - 1);
        for (const [index, from] of path.slice(0, -1).entries())
          expect(arrows).toContainEqual(expect.objectContaining({ from, to: path[index + 1] }));
        expect(arrows).toContainEqual({ from: path[0], to: path[1], place });
      }
      expect(new Set(cycles.map(({ path }) => path.join(' '))).size).toBe(cycles.length);
      const firstSteps = new Set(cycles.map(({ path }) => `${path[0]} ${path[1]}`));
      const places = new Set(cycles.map(({ place }) => JSON.stringify(place)));
      const left = arrows.filter(
        ({ from, to, place }) => !firstSteps.has(`${from} ${to}`) && !places.has(JSON.stringify(place)),
      );
      const ordered = wavesOf(
        names,
        left.map(({ from, to }) => ({ component: from, dependsOn: to })),
      );
      expect(ordered.flat().length).toBe(names.length);
    }),
  );
});

test('a cycle is found exactly where no order exists', () => {
  fc.assert(
    fc.property(any, (edges) => {
      const ordered = wavesOf(
        names,
        edges.map(({ from, to }) => ({ component: from, dependsOn: to })),
      );
      expect(findCycles(arrowsOf(edges)).length > 0).toBe(ordered.flat().length < names.length);
    }),
  );
});

const edges = [
  { component: 's/api', dependsOn: 's/db', by: 'valueFrom' },
  { component: 's/api', dependsOn: 's/db', by: 'dependsOn' },
  { component: 't/web', dependsOn: 's/api', by: 'reference' },
];
const ids = ['s/api', 's/db', 's/queue@eu-west-1', 't/web'];

test('a scope is a service or a component in all its regions', () => {
  expect(idsInScope(ids, {})).toStrictEqual(ids);
  expect(idsInScope(ids, { service: 's' })).toStrictEqual(['s/api', 's/db', 's/queue@eu-west-1']);
  expect(idsInScope(ids, { component: 's/queue' })).toStrictEqual(['s/queue@eu-west-1']);
  expect(idsInScope(ids, { service: 'none' })).toStrictEqual([]);
});

test('a scope knows what it needs, what needs it, and can grow by either', () => {
  expect(dependenciesOutside(['t/web'], edges)).toStrictEqual([edges[2]]);
  expect(dependentsOutside(['s/db'], edges)).toStrictEqual([edges[0], edges[1]]);
  expect(withDependencies(['t/web'], edges)).toStrictEqual(['s/api', 's/db', 't/web']);
  expect(withDependents(['s/db'], edges)).toStrictEqual(['s/api', 's/db', 't/web']);
});

test('the critical path is the chain that takes longest', () => {
  const waves = wavesOf(ids, edges);
  const minutes = new Map([
    ['s/db', 10],
    ['s/api', 3],
    ['s/queue@eu-west-1', 12],
    ['t/web', 1],
  ]);
  expect(criticalPath(waves, edges, (id) => minutes.get(id) ?? 0)).toStrictEqual({
    path: ['s/db', 's/api', 't/web'],
    minutes: 14,
  });
});

const drawing = {
  waves: wavesOf(ids, edges),
  edges,
  kinds: new Map([
    ['s/api', 'MicroService'],
    ['s/db', 'RDS'],
    ['s/queue@eu-west-1', 'SQS'],
    ['t/web', 'CloudFront'],
  ]),
};

test('the graph as text', () => {
  expect(renderText(drawing)).toBe(
    [
      'Wave 1',
      '  s/db (RDS)',
      '  s/queue@eu-west-1 (SQS)',
      'Wave 2',
      '  s/api (MicroService) ← s/db',
      'Wave 3',
      '  t/web (CloudFront) ← s/api',
      '',
    ].join('\n'),
  );
});

test('the graph for Mermaid', () => {
  expect(renderMermaid(drawing)).toBe(
    [
      'flowchart LR',
      '  subgraph wave1["Wave 1"]',
      '    c1["s/db<br/>RDS"]',
      '    c2["s/queue@eu-west-1<br/>SQS"]',
      '  end',
      '  subgraph wave2["Wave 2"]',
      '    c3["s/api<br/>MicroService"]',
      '  end',
      '  subgraph wave3["Wave 3"]',
      '    c4["t/web<br/>CloudFront"]',
      '  end',
      '  c3 --> c1',
      '  c4 --> c3',
      '',
    ].join('\n'),
  );
});

test('the graph for Graphviz and as JSON has all nodes and edges', () => {
  const dot = renderDot(drawing);
  expect(dot).toContain('  "s/api" -> "s/db";\n');
  expect(dot).toContain('    "s/db" [label="s/db\\nRDS"];\n');
  expect(JSON.parse(renderJson(drawing))).toStrictEqual({
    nodes: [
      { id: 's/db', kind: 'RDS', wave: 1 },
      { id: 's/queue@eu-west-1', kind: 'SQS', wave: 1 },
      { id: 's/api', kind: 'MicroService', wave: 2 },
      { id: 't/web', kind: 'CloudFront', wave: 3 },
    ],
    edges,
    waves: drawing.waves,
  });
});
