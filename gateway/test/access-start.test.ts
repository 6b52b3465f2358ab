import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig } from '../src/config.ts';
import { startGateway } from '../src/gateway.ts';
import { bearer, jwtSettings, startGuardedGateway } from './access-support.ts';
import { startTestGateway } from './support.ts';

const directory = mkdtempSync(join(tmpdir(), 'start-'));
afterAll(() => rmSync(directory, { recursive: true }));
const base = { RUNNER_TOKEN: 'a-token-for-tests-only' };
const file = (name: string, text: string) => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};
const { JWT_SECRET_KEY, JWT_ISSUER, JWT_AUDIENCE } = jwtSettings;
const url = 'https://id.example.org/jwks';

const wrong: [name: string, settings: Record<string, string>, says: RegExp][] = [
  [
    'a secret of 31 bytes',
    { ...jwtSettings, JWT_SECRET_KEY: 'x'.repeat(31) },
    /JWT_SECRET_KEY: must have at least 32/,
  ],
  ['no issuer', { JWT_SECRET_KEY, JWT_AUDIENCE }, /JWT_ISSUER: is missing/],
  ['no audience', { JWT_SECRET_KEY, JWT_ISSUER }, /JWT_AUDIENCE: is missing/],
  ['two ways to check tokens', { ...jwtSettings, JWKS_URL: url }, /JWKS_URL: JWT_SECRET_KEY is set as well/],
  ['a key set over plain http', { JWKS_URL: 'http://id.example.org/jwks' }, /JWKS_URL: must be an https URL/],
  [
    'an algorithm for a secret',
    { ...jwtSettings, JWT_ALGORITHM: 'RS256' },
    /JWT_ALGORITHM: works only with JWKS_URL/,
  ],
  ['an unknown algorithm', { JWKS_URL: url, JWT_ALGORITHM: 'none' }, /JWT_ALGORITHM: must be RS256 or ES256/],
  ['no such mode', { AUTH: 'off' }, /AUTH: must be auto or required/],
  ['any proxy', { TRUST_PROXY: 'true' }, /TRUST_PROXY: must be a whole number/],
  ['any origin', { CORS_ORIGINS: '*' }, /CORS_ORIGINS: must be origins/],
  ['a certificate without its key', { TLS_CERT_FILE: 'c.pem' }, /TLS_KEY_FILE: is missing/],
  [
    'a secret given twice',
    { RUNNER_TOKEN_FILE: file('token', 'x'.repeat(20)) },
    /RUNNER_TOKEN_FILE: RUNNER_TOKEN is set/,
  ],
  [
    'a secret in a missing file',
    { JWT_SECRET_KEY_FILE: '/nowhere/key' },
    /JWT_SECRET_KEY_FILE: reading \/nowhere\/key/,
  ],
];
for (const [name, settings, says] of wrong)
  test(`the gateway does not start with ${name}`, () => {
    assert.throws(
      () => readConfig({ ...base, ...settings }),
      (error) => error instanceof ConfigError && says.test(error.message),
    );
  });

test('secrets are read from files', () => {
  const config = readConfig({
    RUNNER_TOKEN_FILE: file('runner', 'a-token-from-a-file-1\n'),
    JWT_SECRET_KEY_FILE: file('jwt', `${'k'.repeat(32)}\n`),
    JWT_ISSUER,
    JWT_AUDIENCE,
  });
  expect(config.runnerToken).toBe('a-token-from-a-file-1');
  expect(config.access.jwt?.secret).toBe('k'.repeat(32));
});

for (const [settings, required] of [
  [{}, false],
  [{ HOST: 'localhost' }, false],
  [{ HOST: '::1' }, false],
  [{ HOST: '0.0.0.0' }, true],
  [{ HOST: '::' }, true],
  [{ HOST: '192.0.2.1' }, true],
  [{ HOST: 'engine.example.org' }, true],
  [{ AUTH: 'required' }, true],
  [{ TRUST_PROXY: '1' }, true],
] as [Record<string, string>, boolean][])
  test(`${JSON.stringify(settings)}: authentication is ${required ? '' : 'not '}required`, () => {
    expect(readConfig({ ...base, ...settings }).access.required).toBe(required);
  });

test('a gateway bound to every address answers nothing without a key', async () => {
  await using it = await startTestGateway({ HOST: '0.0.0.0' });
  expect((await it.client.get('/api/deploy/projects')).status).toBe(401);
  expect((await bearer(it.url, it.gateway.firstKey?.key ?? '').get('/api/deploy/projects')).status).toBe(200);
});

test('the first key is stored in a file that only its owner can read, and created once', async () => {
  const settings = { DATA_DIR: join(directory, 'kept'), WORKSPACES_DIR: join(directory, 'w') };
  const first = await startGuardedGateway(settings);
  const path = join(settings.DATA_DIR, 'admin.key');
  expect((await readFile(path, 'utf8')).trim()).toBe(first.adminKey);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const { body } = await first.admin.get('/api/keys');
  await first[Symbol.asyncDispose]();
  const second = await startGuardedGateway(settings);
  expect(second.gateway.firstKey).toBe(undefined);
  const admin = bearer(second.url, first.adminKey);
  expect((await admin.request('DELETE', `/api/keys/${body.keys[0].id}`)).status).toBe(200);
  await second[Symbol.asyncDispose]();
  const config = readConfig({ ...base, ...settings, PORT: '0', HOST: '0.0.0.0', LOG_LEVEL: 'error' });
  await expect(startGateway(config)).rejects.toThrow(
    /AUTH: authentication is required on 0\.0\.0\.0, but every API key is revoked/,
  );
});

test('with a certificate the gateway speaks HTTPS', async () => {
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes'];
  const pair = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', ...pair, ...subject], { stdio: 'pipe' });
  await using it = await startTestGateway({ TLS_CERT_FILE: cert, TLS_KEY_FILE: key });
  const ca = await readFile(cert);
  const status = await new Promise((resolve, reject) => {
    const options = { ca, servername: 'localhost', agent: false };
    get(`https://127.0.0.1:${it.gateway.port}/healthz`, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
  expect(status).toBe(200);
});
