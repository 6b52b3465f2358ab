import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
/** Each is looked at by itself: its folders, and which of them import which. */
export const sourceRoots = [
  'gateway/src',
  'terraform-runner/src',
  'cli/src',
  ...globSync('packages/*/src', { cwd: root }).sort(),
];

export type Structure = {
  root: string;
  /** Folders beside each other. */
  folders: string[];
  /** `from → to` with the number of imports, between those folders. */
  arrows: Map<string, number>;
  /** Pairs of folders that import each other. */
  mutualPairs: string[];
  /** Lines of each file that is no test. */
  lines: number[];
};

/** Reads the imports of a source root's files, tests left out. */
export function structureOf(sourceRoot: string): Structure {
  const base = join(root, sourceRoot);
  const files = globSync('**/*.ts', { cwd: base }).filter((file) => !file.endsWith('.test.ts'));
  const arrows = new Map<string, number>();
  const lines: number[] = [];
  for (const file of files) {
    const text = readFileSync(join(base, file), 'utf8');
    lines.push(text.split('\n').length - 1);
    for (const target of importsOf(text)) {
      const [from, to] = [folderOf(file), folderOf(relative(base, join(base, dirname(file), target)))];
      if (from && to && from !== to) arrows.set(`${from} → ${to}`, (arrows.get(`${from} → ${to}`) ?? 0) + 1);
    }
  }
  const folders = [...new Set(files.map(folderOf))].filter((folder) => folder !== undefined).sort();
  return { root: sourceRoot, folders, arrows, mutualPairs: mutualPairs(arrows), lines };
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:from|import) '(\.[^']+)'/g)].map((match) => normalize(match[1] ?? ''));
}

function folderOf(file: string): string | undefined {
  return file.includes('/') ? file.split('/')[0] : undefined;
}

function mutualPairs(arrows: Map<string, number>): string[] {
  return [...arrows.keys()].filter((arrow) => {
    const [from = '', to = ''] = arrow.split(' → ');
    return from < to && arrows.has(`${to} → ${from}`);
  });
}

if (import.meta.main) {
  const structures = sourceRoots.map(structureOf);
  for (const { root: name, folders, mutualPairs: pairs, lines } of structures) {
    const sorted = lines.toSorted((a, b) => a - b);
    console.log(
      `${name}: ${folders.length} folders beside each other, ${pairs.length} mutual pairs; ` +
        `${lines.length} files, median ${sorted[Math.floor(sorted.length / 2)] ?? 0} lines, longest ${sorted.at(-1) ?? 0}`,
    );
    for (const pair of pairs) console.log(`  ${pair.replace('→', '↔')}`);
  }
}
