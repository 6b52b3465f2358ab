import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { TlsFiles } from '@deployment-engine/service';
import { createRunnerClient } from '../../gateway/src/runners/client.ts';
import { makeAuthority } from '../../testing/authority.ts';
import { readConfig } from '../src/config.ts';
import { createRunner } from '../src/runner.ts';
import { environmentOf, makeFolders } from './support/boot.ts';
import { token } from './support/client.ts';

const texts = (files: TlsFiles) => ({
  cert: readFileSync(files.cert),
  key: readFileSync(files.key),
  ca: readFileSync(files.ca),
});

test('with certificates, the runner serves only gateways of its own authority', async () => {
  using folders = makeFolders();
  const make = makeAuthority(folders.root, 'ours');
  const makeForeign = makeAuthority(folders.root, 'foreign');
  const server = make('runner');
  const settings = { RUNNER_TLS_CERT: server.cert, RUNNER_TLS_KEY: server.key, RUNNER_TLS_CA: server.ca };
  const runner = await createRunner(readConfig(environmentOf(folders, settings)));
  await runner.start();
  try {
    const url = `https://127.0.0.1:${runner.port}`;
    const gateway = texts(make('gateway'));
    expect((await createRunnerClient(url, token, gateway).capacity()).protection.mode).toBe('bwrap');
    const stranger = { ...texts(makeForeign('stranger')), ca: gateway.ca };
    await expect(createRunnerClient(url, token, stranger).capacity()).rejects.toThrow(/does not answer/);
    const foreignCa = { ...gateway, ca: stranger.cert };
    await expect(createRunnerClient(url, token, foreignCa).capacity()).rejects.toThrow(/does not answer/);
    await expect(createRunnerClient(url, token).capacity()).rejects.toThrow(/does not answer/);
    await assert.rejects(createRunnerClient(url.replace('https', 'http'), token).capacity());
  } finally {
    await runner[Symbol.asyncDispose]();
  }
});

test('a certificate without its key or authority is refused at start', () => {
  using folders = makeFolders();
  expect(() => readConfig(environmentOf(folders, { RUNNER_TLS_CERT: process.execPath }))).toThrow(
    /RUNNER_TLS_CERT, RUNNER_TLS_KEY and RUNNER_TLS_CA go together/,
  );
});
