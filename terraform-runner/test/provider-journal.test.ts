import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEnd } from '@deployment-engine/runner-api';
import { createJobProviders } from '../src/providers/job-providers.ts';
import { makeFolders } from './support/boot.ts';
import { processesIn } from './support/processes.ts';
import { applyRequest, grpcMessage } from './support/provider-message.ts';
import { call, connectTo, journalOf, makeJobFolder, makeProvider } from './support/shared-provider.ts';
import { waitUntil } from './support/wait-until.ts';

const never = new AbortController().signal;

/** Starts a provider behind its proxy; returns its journal, and a way to let a slow apply continue. */
async function begin(folders: ReturnType<typeof makeFolders>) {
  const context = makeJobFolder(folders);
  const providers = createJobProviders(context.paths.providers, context.paths.temporary);
  await providers.ensure(async () => context, [makeProvider(folders, 'a')]);
  const journal = () => journalOf(context.paths.journal);
  return {
    providers,
    journal,
    kinds: async () => (await journal()).map(({ kind }) => kind),
    letGo: () => writeFileSync(join(context.paths.temporary, 'go'), ''),
    [Symbol.asyncDispose]: async () => {
      await providers.stop();
      expect(processesIn(folders.root)).toStrictEqual([]);
    },
  };
}

const create = (type: string) => applyRequest(type, null, 'planned');

test('applies are recorded with request and answer, other calls are not', async () => {
  using folders = makeFolders();
  await using world = await begin(folders);
  const session = await connectTo(world.providers);
  await call(session, 'Configure', grpcMessage(Buffer.from('east')));
  await call(session, 'ReadResource', create('x_used'));
  const answer = await call(session, 'ApplyResourceChange', create('x_used'));
  assert.ok(answer.status === '0' && answer.message.includes('east'));
  await call(session, 'ApplyResourceChange', applyRequest('x_used', 'old', 'new'));
  await call(session, 'ApplyResourceChange', applyRequest('x_used', 'old', null));
  session.close();
  const [first, second, ...more] = await world.journal();
  assert.ok(first?.kind === 'begin' && second?.kind === 'end' && first.id === second.id);
  expect([first.provider, first.type, first.action]).toStrictEqual(['example.org/x/a', 'x_used', 'create']);
  expect(
    Buffer.from(first.planned?.data ?? '', 'base64')
      .subarray(1)
      .toString(),
  ).toBe('planned');
  expect(
    Buffer.from(second.newState?.data ?? '', 'base64')
      .subarray(1)
      .toString(),
  ).toBe('east');
  expect(Buffer.from(second.private ?? '', 'base64').toString()).toBe('private');
  expect(
    more.flatMap((record) => (record.kind === 'begin' ? [[record.action, record.planned === null]] : [])),
  ).toStrictEqual([
    ['update', false],
    ['delete', true],
  ]);
});

test('an apply continues after Terraform has died, and its answer is recorded', async () => {
  using folders = makeFolders();
  await using world = await begin(folders);
  const session = await connectTo(world.providers);
  const lost = call(session, 'ApplyResourceChange', create('x_slow'));
  await waitUntil('the call is on record', async () => (await world.kinds()).length === 1);
  session.destroy();
  expect((await lost).status).toBe(undefined);
  const drained = world.providers.drain(20_000, never);
  world.letGo();
  expect(await drained).toBe(true);
  expect(await world.kinds()).toStrictEqual(['begin', 'end']);
});

test('a stop waits for a create in flight, at most until its time is over', async () => {
  using folders = makeFolders();
  await using world = await begin(folders);
  const session = await connectTo(world.providers);
  const slow = call(session, 'ApplyResourceChange', create('x_slow'));
  await waitUntil('the call is on record', async () => (await world.kinds()).length === 1);
  expect((await call(session, 'Stop')).status).toBe('0');
  await call(session, 'ReadResource'); // a forwarded stop has arrived before this answer
  expect(await world.kinds()).toStrictEqual(['begin']);
  await world.providers.breakOffAt(Date.now());
  assert.ok((await slow).message.includes('request canceled'));
  const end = (await world.journal())[1] as JournalEnd;
  expect([end.stopped, end.newState]).toStrictEqual([true, null]);
  expect(end.errors.map(({ summary }) => summary)).toStrictEqual(['request canceled']);
  session.close();
});

test('a stop does not wait for an update', async () => {
  using folders = makeFolders();
  await using world = await begin(folders);
  const session = await connectTo(world.providers);
  const slow = call(session, 'ApplyResourceChange', applyRequest('x_slow', 'old', 'new'));
  await waitUntil('the call is on record', async () => (await world.kinds()).length === 1);
  await call(session, 'Stop');
  assert.ok((await slow).message.includes('request canceled'));
  session.close();
});

test('a call that hangs after the death of Terraform is cancelled, and its answer still counts', async () => {
  using folders = makeFolders();
  await using world = await begin(folders);
  const session = await connectTo(world.providers);
  void call(session, 'ApplyResourceChange', create('x_slow'));
  await waitUntil('the call is on record', async () => (await world.kinds()).length === 1);
  session.destroy();
  expect(await world.providers.drain(600, never)).toBe(true);
  expect(await world.kinds()).toStrictEqual(['begin', 'end']);
});

test('concurrent connections have a process each, because Terraform opens one per provider configuration', async () => {
  using folders = makeFolders();
  await using world = await begin(folders);
  const sessions = [await connectTo(world.providers), await connectTo(world.providers)];
  for (const [index, session] of sessions.entries())
    await call(session, 'Configure', grpcMessage(Buffer.from(`region-${index}`)));
  const answers = await Promise.all(
    sessions.map((session) => call(session, 'ApplyResourceChange', create('x_used'))),
  );
  for (const [index, { message }] of answers.entries()) assert.ok(message.includes(`region-${index}`));
  const before = processesIn(folders.root).length;
  await Promise.all(
    sessions.map((session) => {
      session.close();
      return once(session, 'close');
    }),
  );
  const next = await connectTo(world.providers);
  assert.ok((await call(next, 'ApplyResourceChange', create('x_used'))).message.includes('region-'));
  expect(processesIn(folders.root).length).toBe(before);
  next.close();
});

test('when a provider dies, its connection ends and its call has no recorded end', async () => {
  using folders = makeFolders();
  await using world = await begin(folders);
  const session = await connectTo(world.providers);
  const lost = call(session, 'ApplyResourceChange', create('x_slow'));
  await waitUntil('the call is on record', async () => (await world.kinds()).length === 1);
  void call(session, 'Die');
  expect((await lost).status).toBe(undefined);
  expect(await world.providers.drain(20_000, never)).toBe(true);
  expect(await world.kinds()).toStrictEqual(['begin']);
  const next = await connectTo(world.providers);
  expect((await call(next, 'ApplyResourceChange', create('x_used'))).status).toBe('0');
  next.close();
});
