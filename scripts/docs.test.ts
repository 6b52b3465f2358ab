import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { endpoints } from '@deployment-engine/contracts';
import { settingsByName } from '@deployment-engine/service';
import { orphansBench } from '../bench/orphans.ts';
import { gatewaySettings } from '../gateway/src/settings.ts';
import { runnerSettings } from '../terraform-runner/src/settings.ts';

const root = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'deploy/README.md',
  ...globSync('docs/**/*.md', { cwd: root }),
];
/** Created at run time, so missing in a fresh clone. */
const runtimeFolders = ['reports', 'data', 'workspaces', 'node_modules'];

/** Returns folders that contain at least one file. */
function foldersIn(path: string): string[] {
  const holdsFiles = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).some((entry) => entry.isFile());
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => join(path, entry.name))
    .filter((folder) => !runtimeFolders.includes(folder) && holdsFiles(folder));
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s/g, '-'),
  );
}

for (const page of pages) {
  const text = read(page);

  test(`${page}: every link leads to a file`, () => {
    for (const [, target = ''] of text.matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? page : join(dirname(page), file);
      assert.ok(existsSync(join(root, path)), target);
      if (anchor) assert.ok(anchorsOf(read(path)).includes(anchor), target);
    }
  });

  test(`${page}: every path it names exists`, () => {
    const quoted = [...text.matchAll(/`([\w.-]+\/[\w./-]*)`/g)].map((match) => match[1] ?? '');
    const inCommands = [
      ...text.matchAll(/(?<=[\s"'])((?:scripts|examples|packages|testing|bench|deploy)\/[\w./-]+)/g),
    ];
    for (const path of [...quoted, ...inCommands.map((match) => match[1] ?? '')])
      if (!runtimeFolders.includes(path.split('/')[0] ?? '') && !path.startsWith('application/'))
        assert.ok(existsSync(join(root, path)), path);
  });

  test(`${page}: every npm script it names exists`, () => {
    const scripts = JSON.parse(read('package.json')).scripts;
    for (const [, name = ''] of text.matchAll(/\bnpm (?:run )?(?!run\b|ci\b|registry\b)([a-z]+)(?=[\s`]|$)/g))
      assert.ok(scripts[name], name);
  });
}

test('README.md fits on one screen', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(60);
});

test('docs/architecture.md describes every folder, and no other', () => {
  const annotated = [...read('docs/architecture.md').matchAll(/^([\w./-]+)\/ {2,}\S/gm)].map(
    (match) => match[1] ?? '',
  );
  const real = ['.', 'packages', 'gateway/src', ...foldersIn('gateway/src'), 'terraform-runner/src'].flatMap(
    foldersIn,
  );
  expect(annotated.toSorted()).toStrictEqual(real.toSorted());
});

for (const [title, table] of [
  ['## Gateway', gatewaySettings],
  ['## Runner', runnerSettings],
] as const)
  test(`docs/configuration.md has under "${title}" every setting of the service, and no other`, () => {
    const section = read('docs/configuration.md')
      .split(/^(?=## )/m)
      .find((part) => part.startsWith(title));
    const described = [...(section ?? '').matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1] ?? '');
    expect(described.toSorted()).toStrictEqual(Object.keys(settingsByName(table)).toSorted());
  });

test('every operation that docs/api.md names exists', () => {
  const known = Object.values(endpoints).map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  const served = [...known, 'GET /healthz', 'GET /readyz', 'GET /metrics', 'GET /api/openapi.json'];
  for (const [, operation = ''] of read('docs/api.md').matchAll(/`((?:GET|POST) [^`]+)`/g))
    assert.ok(served.includes(operation), operation);
});

test('docs/orphans.md has the figures that `npm run bench -- orphans` prints', async () => {
  const page = read('docs/orphans.md');
  for (const { what, ours } of await orphansBench()) assert.ok(page.includes(`| ${what} | ${ours} |`), what);
});

test('every decision record has a unique number', () => {
  const numbers = globSync('docs/decisions/*.md', { cwd: root }).map((path) => /(\d{3})-/.exec(path)?.[1]);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers).not.toContain(undefined);
});

test('docs/security.md numbers its attacks, and each has a test under its number', () => {
  const numbers = [...read('docs/security.md').matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
  expect(numbers).toStrictEqual(numbers.map((_, index) => index + 1));
  const tests = globSync('e2e/attacks/{*.test,support/*-attacks}.ts', { cwd: root }).map(read).join('\n');
  const tested = [...tests.matchAll(/\brow: (\d+)|\brows? (\d+)(?: and (\d+))?:/g)].flatMap((match) =>
    match.slice(1).filter(Boolean).map(Number),
  );
  for (const number of numbers) assert.ok(tested.includes(number), `attack ${number} has no test`);
});
