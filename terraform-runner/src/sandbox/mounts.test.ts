import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { jobPaths } from '../workdir/job-paths.ts';
import { type CommandKind, jobMounts, machineMounts, nameMounts } from './mounts.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'm-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const paths = jobPaths(root, 'deploy-1', 'modules/root');
for (const folder of [paths.rootModule, paths.stateFolder, paths.planFolder, paths.temporary, paths.cloud])
  mkdirSync(folder, { recursive: true });
for (const file of [paths.cliConfig, paths.hosts]) writeFileSync(file, '');

/** What each kind of command sees of its job; `rw` where it may write. */
const expected: Record<CommandKind, Record<string, 'ro' | 'rw'>> = {
  parse: {},
  'parse-modules': {},
  init: { rootModule: 'rw', stateFolder: 'ro' },
  validate: {},
  plan: { stateFolder: 'ro', planFolder: 'rw' },
  show: { stateFolder: 'ro', planFolder: 'ro' },
  apply: { stateFolder: 'rw', planFolder: 'ro' },
  provider: { cloud: 'ro' },
};
const always = { cliConfig: 'ro', code: 'ro', temporary: 'rw' };

for (const [kind, own] of Object.entries(expected))
  test(`a command of kind ${kind} sees and writes exactly what it needs of its job`, () => {
    const wanted = Object.entries({ ...always, ...own }).map(([name, access]) => [
      paths[name as keyof typeof paths],
      access,
    ]);
    const mounts = jobMounts(paths, kind as CommandKind).map(({ path, at, writable }) => [
      at ?? path,
      writable ? 'rw' : 'ro',
    ]);
    expect(mounts.sort()).toStrictEqual(wanted.sort());
  });

test('of Terraform’s own logs a command sees and writes its own file alone', () => {
  const log = join(paths.logs, 'plan.log');
  const more = jobMounts(paths, 'plan', log).slice(jobMounts(paths, 'plan').length);
  expect(more).toStrictEqual([{ path: log, writable: true }]);
});

test('what is the engine’s own is in no mount, nor is a folder that holds it', () => {
  const own = [paths.runs, paths.providers, paths.egress, paths.planJson, paths.manifest];
  const hidden = [...own, paths.journal, paths.logs];
  for (const kind of Object.keys(expected))
    for (const { path } of jobMounts(paths, kind as CommandKind))
      assert.ok(!hidden.some((one) => one === path || one.startsWith(`${path}/`)), `${kind} sees ${path}`);
});

test('later mounts do not hide the writable folders: the root module comes after the code', () => {
  const order = jobMounts(paths, 'init').map(({ path }) => path);
  expect(order.indexOf(paths.rootModule)).toBeGreaterThan(order.indexOf(paths.code));
});

test('the machine’s files are read only: Terraform, the mirror, certificates, the operator’s paths', () => {
  const mirror = join(root, 'mirror');
  const extra = join(root, 'extra');
  for (const folder of [mirror, extra]) mkdirSync(folder);
  const terraformPath = join(root, 'terraform');
  writeFileSync(terraformPath, '');
  const mounts = machineMounts({ terraformPath, providerMirror: mirror, readOnlyPaths: [extra] });
  const seen = mounts.map(({ path, at }) => at ?? path);
  for (const path of [terraformPath, mirror, extra]) assert.ok(seen.includes(path), path);
  const certificates = '/etc/ssl/certs/ca-certificates.crt';
  if (existsSync(certificates)) expect(seen).toContain(certificates);
  expect(mounts.filter(({ writable }) => writable)).toStrictEqual([]);
  const without = machineMounts({ terraformPath, providerMirror: undefined, readOnlyPaths: [] });
  assert.ok(without.length <= 2, JSON.stringify(without));
});

test('a link is followed once: the command sees what it points to, under its own name', () => {
  const target = join(root, 'terraform-1.2.3');
  const link = join(root, 'terraform-link');
  writeFileSync(target, '');
  symlinkSync(target, link);
  const [mount] = machineMounts({ terraformPath: link, providerMirror: undefined, readOnlyPaths: [] });
  expect(mount).toStrictEqual({ path: target, at: link, writable: false });
});

test('without the machine’s network a run knows only its own hosts; with it, the machine’s resolver', () => {
  expect(nameMounts(paths, false)).toStrictEqual([{ path: paths.hosts, at: '/etc/hosts', writable: false }]);
  const open = nameMounts(paths, true);
  assert.ok(open.every(({ writable }) => !writable));
  expect(open.map(({ path, at }) => at ?? path)).toStrictEqual(
    ['/etc/resolv.conf', '/etc/nsswitch.conf', '/etc/hosts'].filter((path) => existsSync(path)),
  );
  assert.ok(open.every(({ path }) => !path.startsWith(dirname(paths.root))));
});

test('a resolver’s file that the machine lacks is left out', () => {
  const files = [paths.hosts, join(root, 'nsswitch.conf')];
  expect(nameMounts(paths, true, files).map(({ path }) => path)).toStrictEqual([paths.hosts]);
});
