import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { misspeltSettings, settingNames, settingsByName } from '@deployment-engine/service';
import { gatewaySettings } from '../gateway/src/settings.ts';
import { runnerSettings } from '../terraform-runner/src/settings.ts';
import { configurationPage, withSettings, writeCommand } from './configuration-page.ts';

const root = resolve(import.meta.dirname, '..');
const services = { gateway: gatewaySettings, 'terraform-runner': runnerSettings };

test('docs/configuration.md matches the tables of settings', () => {
  const page = readFileSync(configurationPage, 'utf8');
  assert.ok(page === withSettings(page), `docs/configuration.md is out of date; run: ${writeCommand}`);
});

for (const [service, table] of Object.entries(services)) {
  const settings = Object.entries(settingsByName(table));

  test(`${service}: each setting's default and example are accepted`, () => {
    for (const [name, { type, default: given, example }] of settings)
      for (const text of [example, ...(given === undefined ? [] : [given])])
        assert.equal(type.safeParse(text).error?.issues[0]?.message, undefined, `${name}=${text}`);
  });

  test(`${service}: each setting is in one topic, and its meaning is one line without an end`, () => {
    const names = Object.values(table).flatMap((group) => Object.keys(group.settings));
    expect(new Set(names).size).toBe(names.length);
    for (const [name, { meaning }] of settings) assert.match(meaning, /^[^\n|]+[^\n|.]$/, name);
  });

  test(`${service}: a number's unit is the one in its name`, () => {
    for (const [name, { unit }] of settings)
      assert.equal(unit?.toUpperCase(), /_(SECONDS|HOURS|DAYS|MB)$/.exec(name)?.[1], name);
  });

  test(`${service}: --help prints every setting with its meaning and ends with 0`, () => {
    const { status, stdout } = spawnSync(process.execPath, [`${service}/src/main.ts`, '--help'], {
      cwd: root,
      env: {},
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    for (const [name] of settings) expect(stdout).toMatch(new RegExp(`^ {2}${name} {2}\\(default: `, 'm'));
  });
}

test('no setting of one service counts as misspelt for the other', () => {
  const [gateway, runner] = [settingNames(gatewaySettings), settingNames(runnerSettings)];
  expect(misspeltSettings(gateway, runner)).toStrictEqual([]);
  expect(misspeltSettings(runner, gateway)).toStrictEqual([]);
});

test('a setting of both services is the same in both, but for its meaning', () => {
  const [gateway, runner] = [settingsByName(gatewaySettings), settingsByName(runnerSettings)];
  const shared = Object.keys(gateway).filter((name) => runner[name]);
  expect(shared.toSorted()).toStrictEqual(['DATA_DIR', 'LOG_LEVEL', 'RUNNER_TOKEN', 'WORKSPACES_DIR']);
  for (const name of shared) assert.equal(gateway[name]?.default, runner[name]?.default, name);
});

test('npm start -- --help prints the settings of both services and starts nothing', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/start.ts'), '--help'], {
    env: {},
    encoding: 'utf8',
  });
  expect([status, stderr]).toStrictEqual([0, '']);
  for (const table of Object.values(services))
    for (const name of Object.keys(settingsByName(table))) assert.ok(stdout.includes(`  ${name}  (`), name);
});
