import assert from 'node:assert/strict';
import { ConfigError, readConfig } from './config.ts';

test('every wrong setting is named in a line of its own', () => {
  const wrong = {
    PATH: '/nowhere',
    RUNNER_PORT: '70000',
    RUNNER_TOKEN: 'short',
    TERRAFORM_PROVIDER_MIRROR: '/nowhere',
    RUNNER_SLOTS: 'many',
    RUNS_RETENTION_HOURS: '0',
    LOG_LEVEL: 'loud',
  };
  assert.throws(
    () => readConfig(wrong),
    (error) => {
      assert.ok(error instanceof ConfigError);
      const names = error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(':')[0]);
      expect(names.sort()).toStrictEqual(
        [...Object.keys(wrong).filter((name) => name !== 'PATH'), 'TERRAFORM_BINARY_PATH'].sort(),
      );
      return true;
    },
  );
});

test('a token and a Terraform are all that has to be given', () => {
  const config = readConfig({
    RUNNER_TOKEN: 'sixteen characters',
    TERRAFORM_BINARY_PATH: process.execPath,
    RUNNER_ID: '',
  });
  expect([config.host, config.port, config.runnerId]).toStrictEqual(['127.0.0.1', 8000, undefined]);
  assert.ok(config.slots >= 2 && config.runsDir.endsWith('/data/runs'));
  expect(config.runsRetentionMs).toBe(72 * 3_600_000);
});
