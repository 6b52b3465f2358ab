import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { jobPaths } from '../src/jobs/job-paths.ts';
import { createJobProviders } from '../src/providers/job-providers.ts';
import { whyNotShared } from '../src/providers/may-share.ts';
import { parseState } from '../src/state/state-file.ts';
import type { CommandLine } from '../src/terraform/command-line.ts';
import { type Folders, makeFolders } from './support/boot.ts';
import { processesIn } from './support/processes.ts';
import { namesIn } from './support/schema-message.ts';

function makeJobFolder(folders: Folders) {
  const paths = jobPaths(folders.root, 'job', '.');
  for (const folder of [paths.rootModule, paths.temporary]) mkdirSync(folder, { recursive: true });
  return { paths, environment: { AWS_REGION: 'one' }, ...unconfined };
}

/** As where the sandbox is switched off. */
const unconfined = {
  sandbox: { mode: 'off' as const, confine: (line: CommandLine) => line },
  kind: 'provider' as const,
  network: { kind: 'none' as const },
};

/** A program that is a provider, as far as sharing goes, or does something else. */
function makeProvider(folders: Folders, type: string, command?: string) {
  const path = join(folders.root, `terraform-provider-${type}`);
  const source = `example.org/x/${type}`;
  const provider = `exec ${process.execPath} ${import.meta.dirname}/support/fake-provider.ts ${source}`;
  writeFileSync(path, `#!/bin/sh\ncd ${folders.root}\n${command ?? provider}\n`);
  chmodSync(path, 0o755);
  return { source, path };
}

test('providers are started once, are found again after a restart, and end with the job', async () => {
  using folders = makeFolders();
  const context = makeJobFolder(folders);
  const wanted = [makeProvider(folders, 'a'), makeProvider(folders, 'b')];
  const providers = createJobProviders(context.paths.providers);
  await providers.ensure(async () => context, wanted);
  await providers.ensure(async () => context, wanted);
  const first = JSON.parse((await providers.reattach()) ?? '');
  assert.deepEqual(
    Object.keys(first).sort(),
    wanted.map(({ source }) => source),
  );

  const later = createJobProviders(context.paths.providers);
  await later.ensure(async () => context, wanted);
  assert.deepEqual(JSON.parse((await later.reattach()) ?? ''), first);
  await later.stop();
  assert.deepEqual(processesIn(folders.root), []);
});

test('other credentials or another binary need another process', async () => {
  using folders = makeFolders();
  const context = makeJobFolder(folders);
  const binary = makeProvider(folders, 'a');
  const providers = createJobProviders(context.paths.providers);
  await providers.ensure(async () => context, [binary]);
  const first = await providers.reattach();
  await providers.ensure(async () => ({ ...context, environment: { AWS_REGION: 'two' } }), [binary]);
  assert.notEqual(await providers.reattach(), first);
  assert.equal(processesIn(folders.root).length, 2);
  await providers.ensure(async () => context, [{ ...binary, path: makeProvider(folders, 'c').path }]);
  assert.ok(await providers.reattach());
  assert.equal(processesIn(folders.root).length, 2);
  await providers.stop();
  assert.deepEqual(processesIn(folders.root), []);
});

test('Terraform starts a provider itself that ends at once or is not there', async () => {
  using folders = makeFolders();
  const context = makeJobFolder(folders);
  const providers = createJobProviders(context.paths.providers);
  const gone = { source: 'example.org/x/gone', path: join(folders.root, 'gone') };
  await providers.ensure(async () => context, [makeProvider(folders, 'short', 'exit 0'), gone]);
  assert.equal(await providers.reattach(), undefined);
  await providers.stop();
});

test('Terraform gets the schemas its code names, and every other call reaches the provider', async () => {
  using folders = makeFolders();
  const context = makeJobFolder(folders);
  writeFileSync(join(context.paths.code, 'main.tf'), 'resource "x_used" "a" {}');
  const providers = createJobProviders(context.paths.providers);
  await providers.ensure(async () => context, [makeProvider(folders, 'a')]);
  const [entry] = Object.values(JSON.parse((await providers.reattach()) ?? '')) as [
    { Addr: { String: string } },
  ];
  const session = connect('http://provider', {
    maxSessionMemory: 1000,
    createConnection: () => connectSocket(entry.Addr.String),
  });
  try {
    const schema = await call(session, '/tfplugin5.Provider/GetSchema', Buffer.alloc(5));
    assert.deepEqual([namesIn(schema.message), schema.status], [['x_used'], '0']);
    const large = randomBytes(20 * 1024 * 1024);
    const echoes = await Promise.all([0, 1, 2].map(() => call(session, '/tfplugin5.Provider/Echo', large)));
    for (const echo of echoes) assert.ok(echo.status === '0' && echo.message.equals(large));
    assert.equal((await call(session, '/tfplugin5.Provider/Fail', Buffer.alloc(5))).status, '13');
  } finally {
    session.close();
    await providers.stop();
  }
  assert.deepEqual(processesIn(folders.root), []);
});

async function call(session: ClientHttp2Session, path: string, body: Buffer) {
  const request = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc' });
  let status: unknown;
  const chunks: Buffer[] = [];
  for (const event of ['response', 'trailers'])
    request.on(event, (headers: Record<string, unknown>) => {
      status = headers['grpc-status'] ?? status;
    });
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.end(body);
  await once(request, 'close');
  return { status, message: Buffer.concat(chunks) };
}

const aws = 'terraform {\n required_providers {\n aws = {\n source = "hashicorp/aws"\n }\n }\n}\n';
const cases: [what: string, shared: boolean, files: Record<string, string>, stateProvider?: string][] = [
  ['one configuration', true, { 'main.tf': `${aws}provider "aws" {\n region = "a"\n}\n` }],
  ['an alias', false, { 'main.tf': `${aws}provider "aws" {\n alias = "b"\n}\n` }],
  ['an alias in JSON, escaped', false, { 'main.tf.json': '{"provider":{"aws":[{"\\u0061lias":"b"}]}}' }],
  [
    'an alias block of a resource',
    true,
    { 'main.tf': 'resource "aws_route53_record" "a" {\n alias {\n }\n}\n' },
  ],
  ['an alias in a comment line', true, { 'main.tf': '# alias = "b"\n' }],
  ['a provider in a module', false, { 'main.tf': '', 'm/main.tf': 'provider "aws" {}\n' }],
  [
    'a provider given to a module’s resource',
    true,
    { 'm/main.tf': 'resource "a" "b" {\n provider = aws\n}\n' },
  ],
  [
    'two names for one provider',
    false,
    { 'main.tf': `${aws}terraform {\n required_providers {\n other = { source = "hashicorp/aws" }\n }\n}\n` },
  ],
  [
    'one local module used twice',
    true,
    { 'main.tf': 'module "a" {\n source = "./m"\n}\nmodule "b" {\n source = "./m"\n}\n', 'm/main.tf': aws },
  ],
  [
    'an alias in the state only',
    false,
    { 'main.tf': aws },
    'provider["registry.terraform.io/hashicorp/aws"].b',
  ],
  [
    'a module’s provider in the state only',
    false,
    { 'main.tf': aws },
    'module.m.provider["registry.terraform.io/hashicorp/aws"]',
  ],
  ['a plain state', true, { 'main.tf': aws }, 'provider["registry.terraform.io/hashicorp/aws"]'],
];

for (const [what, shared, files, provider] of cases)
  test(`${what}: providers are ${shared ? '' : 'not '}shared`, async () => {
    using folders = makeFolders();
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folders.root, path, '..'), { recursive: true });
      writeFileSync(join(folders.root, path), text);
    }
    const state = parseState(Buffer.from(JSON.stringify({ resources: provider ? [{ provider }] : [] })));
    assert.equal((await whyNotShared(folders.root, folders.root, state?.content)) === undefined, shared);
  });
