import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createJobProviders } from '../src/providers/job-providers.ts';
import { makeFolders } from './support/boot.ts';
import { processesIn } from './support/processes.ts';
import { namesIn } from './support/schema-message.ts';
import { call, connectTo, makeJobFolder, makeProvider } from './support/shared-provider.ts';

test('providers are started once, are found again after a restart, and end with the job', async () => {
  using folders = makeFolders();
  const context = makeJobFolder(folders);
  const wanted = [makeProvider(folders, 'a'), makeProvider(folders, 'b')];
  const providers = createJobProviders(context.paths.providers, context.paths.temporary);
  await providers.ensure(async () => context, wanted);
  await providers.ensure(async () => context, wanted);
  const first = JSON.parse((await providers.reattach()) ?? '');
  expect(Object.keys(first).sort()).toStrictEqual(wanted.map(({ source }) => source));

  const later = createJobProviders(context.paths.providers, context.paths.temporary);
  await later.ensure(async () => context, wanted);
  expect(JSON.parse((await later.reattach()) ?? '')).toStrictEqual(first);
  await later.stop();
  expect(processesIn(folders.root)).toStrictEqual([]);
});

test('other credentials or another binary need another process', async () => {
  using folders = makeFolders();
  const context = makeJobFolder(folders);
  const binary = makeProvider(folders, 'a');
  const providers = createJobProviders(context.paths.providers, context.paths.temporary);
  await providers.ensure(async () => context, [binary]);
  const first = await providers.reattach();
  await providers.ensure(async () => ({ ...context, environment: { AWS_REGION: 'two' } }), [binary]);
  expect(await providers.reattach()).not.toBe(first);
  expect(processesIn(folders.root).length).toBe(2);
  await providers.ensure(async () => context, [{ ...binary, path: makeProvider(folders, 'c').path }]);
  assert.ok(await providers.reattach());
  expect(processesIn(folders.root).length).toBe(2);
  await providers.stop();
  expect(processesIn(folders.root)).toStrictEqual([]);
});

test('Terraform itself starts a provider that ends at once or is missing', async () => {
  using folders = makeFolders();
  const context = makeJobFolder(folders);
  const providers = createJobProviders(context.paths.providers, context.paths.temporary);
  const gone = { source: 'example.org/x/gone', path: join(folders.root, 'gone') };
  await providers.ensure(async () => context, [makeProvider(folders, 'short', 'exit 0'), gone]);
  expect(await providers.reattach()).toBe(undefined);
  await providers.stop();
});

test('Terraform gets the schemas that its code names, and every other call reaches the provider', async () => {
  using folders = makeFolders();
  const context = makeJobFolder(folders);
  writeFileSync(join(context.paths.code, 'main.tf'), 'resource "x_used" "a" {}');
  const providers = createJobProviders(context.paths.providers, context.paths.temporary);
  await providers.ensure(async () => context, [makeProvider(folders, 'a')]);
  const session = await connectTo(providers);
  try {
    const schema = await call(session, 'GetSchema');
    expect([namesIn(schema.message), schema.status]).toStrictEqual([['x_used'], '0']);
    const large = randomBytes(20 * 1024 * 1024);
    const echoes = await Promise.all([0, 1, 2].map(() => call(session, 'Echo', large)));
    for (const echo of echoes) assert.ok(echo.status === '0' && echo.message.equals(large));
    expect((await call(session, 'Fail')).status).toBe('13');
  } finally {
    session.close();
    await providers.stop();
  }
  expect(processesIn(folders.root)).toStrictEqual([]);
});

test('a connection that only validates needs no process of its own, and one that configures gets one', async () => {
  using folders = makeFolders();
  const context = makeJobFolder(folders);
  const providers = createJobProviders(context.paths.providers, context.paths.temporary);
  await providers.ensure(async () => context, [makeProvider(folders, 'a')]);
  const [validating, planning, other] = [
    await connectTo(providers),
    await connectTo(providers),
    await connectTo(providers),
  ];
  const started = () =>
    processesIn(folders.root).filter(({ commandLine }) => commandLine.includes('fake-provider.ts')).length;
  try {
    for (const name of ['PrepareProviderConfig', 'ValidateResourceTypeConfig', 'ValidateDataSourceConfig'])
      expect((await call(validating, name)).status).toBe('0');
    expect((await call(validating, 'Stop')).status).toBe('0');
    await call(planning, 'PrepareProviderConfig');
    await call(planning, 'Configure', Buffer.from('.....one'));
    expect(started()).toBe(1);
    await call(other, 'PrepareProviderConfig');
    await call(other, 'Configure', Buffer.from('.....two'));
    expect(started()).toBe(2);
    const applied = await Promise.all([planning, other].map((each) => call(each, 'ApplyResourceChange')));
    expect(applied.map(({ message }) => /one|two/.exec(message.toString())?.[0])).toStrictEqual([
      'one',
      'two',
    ]);
  } finally {
    for (const session of [validating, planning, other]) session.close();
    await providers.stop();
  }
  expect(processesIn(folders.root)).toStrictEqual([]);
});
