import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createJobProviders } from '../src/providers/job-providers.ts';
import { makeFolders } from './support/boot.ts';
import { processesIn } from './support/processes.ts';
import { namesIn } from './support/schema-message.ts';
import { call, connectTo, makeJobFolder, makeProvider } from './support/shared-provider.ts';

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
  const session = await connectTo(providers);
  try {
    const schema = await call(session, 'GetSchema');
    assert.deepEqual([namesIn(schema.message), schema.status], [['x_used'], '0']);
    const large = randomBytes(20 * 1024 * 1024);
    const echoes = await Promise.all([0, 1, 2].map(() => call(session, 'Echo', large)));
    for (const echo of echoes) assert.ok(echo.status === '0' && echo.message.equals(large));
    assert.equal((await call(session, 'Fail')).status, '13');
  } finally {
    session.close();
    await providers.stop();
  }
  assert.deepEqual(processesIn(folders.root), []);
});
