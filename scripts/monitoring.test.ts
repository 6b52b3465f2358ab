import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { createMetrics } from '../gateway/src/server/metrics.ts';

const folder = resolve(import.meta.dirname, '../deploy/monitoring');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
type Panel = { title: string; gridPos: { x: number; y: number }; targets: { expr: string }[] };
const { panels }: { panels: Panel[] } = JSON.parse(read('grafana-dashboard.json'));
const { groups } = parse(read('alerts.yaml'));
// biome-ignore lint/suspicious/noExplicitAny: rules of a file without a type
const rules: any[] = groups.flatMap((group: any) => group.rules);
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const withPromtool = hasPromtool ? test : test.skip;

/** Names of figures in an expression of PromQL. */
function metricsIn(expression: string): string[] {
  const bare = expression.replace(/\{[^}]*\}|\bby \([^)]*\)|\[[^\]]*\]/g, ' ');
  return [...bare.matchAll(/\b[a-z]\w*_\w+\b/g)].map(([name]) => name).filter((name) => !functions.has(name));
}

const functions = new Set(['histogram_quantile']);

test('alerts and the dashboard name only figures that the gateways report', async () => {
  const reported = new Set((await createMetrics().registry.getMetricsAsJSON()).map(({ name }) => name));
  const named = [
    ...rules.map(({ expr }) => expr),
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ];
  const wanted = named.flatMap(metricsIn).map((name) => name.replace(/_(bucket|count|sum)$/, ''));
  expect(wanted.length).toBeGreaterThan(20);
  for (const name of wanted) assert.ok(reported.has(name), name);
});

test('every alert says what is wrong and what to do, and the dashboard has no two panels in one place', () => {
  for (const { alert, labels, annotations } of rules) {
    assert.ok(['warning', 'critical'].includes(labels.severity), alert);
    assert.ok(annotations.summary && annotations.action, alert);
  }
  expect(new Set(panels.map(({ gridPos }) => `${gridPos.x} ${gridPos.y}`)).size).toBe(panels.length);
});

withPromtool('alerts fire when they should and not before (promtool)', () => {
  execFileSync('promtool', ['test', 'rules', 'alerts.test.yaml'], { cwd: folder, stdio: 'pipe' });
});

withPromtool('each query of the dashboard is valid PromQL (promtool)', () => {
  const queries = panels.flatMap(({ targets }, index) =>
    targets.map(({ expr }, n) => ({ record: `panel:${index}:${n}`, expr })),
  );
  const directory = mkdtempSync(join(tmpdir(), 'promtool-'));
  try {
    writeFileSync(
      join(directory, 'q.json'),
      JSON.stringify({ groups: [{ name: 'dashboard', rules: queries }] }),
    );
    execFileSync('promtool', ['check', 'rules', 'q.json'], { cwd: directory, stdio: 'pipe' });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
