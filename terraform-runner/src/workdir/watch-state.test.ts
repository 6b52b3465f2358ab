import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterTest } from '../../../scripts/jest/after-test.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { sha256 } from '../files/sha256.ts';
import { watchState } from './watch-state.ts';

const text = (serial: number) => JSON.stringify({ version: 4, serial, lineage: 'l', resources: [] });

function folder() {
  const directory = mkdtempSync(join(tmpdir(), 'ws-'));
  afterTest(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'terraform.tfstate');
  return { path, write: (content: string) => writeFileSync(path, content) };
}

/** Serials that the watch has reported. */
function watching(path: string, known?: string) {
  const seen: number[] = [];
  const watch = watchState(path, known, async ({ content }) => void seen.push(content.serial));
  afterTest(() => watch.stop());
  return { seen, watch };
}

test('the state that Terraform wrote last is reported at the end, though no event of it has come', async () => {
  const { path, write } = folder();
  const { seen, watch } = watching(path);
  write(text(1));
  const newest = await watch.finish(); // begins before the event loop can deliver any change
  expect(seen).toStrictEqual([1]);
  expect(newest?.content.serial).toBe(1);
});

test('each new content is reported once, in order, as it is written', async () => {
  const { path, write } = folder();
  const { seen, watch } = watching(path);
  for (const serial of [1, 2, 3]) {
    write(text(serial));
    await waitUntil(`serial ${serial} is reported`, () => seen.includes(serial));
    write(text(serial));
  }
  expect((await watch.finish())?.content.serial).toBe(3);
  expect(seen).toStrictEqual([1, 2, 3]);
});

test('the state that a run began with is no news, and is still the answer', async () => {
  const { path, write } = folder();
  write(text(1));
  const { seen, watch } = watching(path, sha256(Buffer.from(text(1))));
  expect((await watch.finish())?.content.serial).toBe(1);
  expect(seen).toStrictEqual([]);
});

test('a state that is half written is passed over, and what follows it is not', async () => {
  const { path, write } = folder();
  const { seen, watch } = watching(path);
  write(text(1));
  await waitUntil('the first is reported', () => seen.length === 1);
  write(text(2).slice(0, -5));
  const newest = await watch.finish();
  assert.equal(newest?.content.serial, 1, 'the newest complete one');
  expect(seen).toStrictEqual([1]);
});

test('a project without a state has none at the end', async () => {
  const { path } = folder();
  const { seen, watch } = watching(path);
  expect(await watch.finish()).toBe(undefined);
  expect(seen).toStrictEqual([]);
});

test('a report that fails does not end the watch: later states are reported', async () => {
  const { path, write } = folder();
  const seen: number[] = [];
  const watch = watchState(path, undefined, async ({ content }) => {
    seen.push(content.serial);
    if (content.serial === 1) throw new Error('no');
  });
  afterTest(() => watch.stop());
  write(text(1));
  await waitUntil('the first is reported', () => seen.length === 1);
  write(text(2));
  await watch.finish();
  expect(seen).toStrictEqual([1, 2]);
});

test('the end waits for a report in progress, so that none comes after it', async () => {
  const { path, write } = folder();
  let release = () => {};
  const order: string[] = [];
  const watch = watchState(path, undefined, async ({ content }) => {
    if (content.serial === 1)
      await new Promise<void>((resolve) => {
        release = resolve;
        order.push('begun 1');
      });
    order.push(`reported ${content.serial}`);
  });
  afterTest(() => watch.stop());
  write(text(1));
  await waitUntil('the first report has begun', () => order.length === 1);
  write(text(2));
  const ended = watch.finish().then(() => order.push('finished'));
  for (let turn = 0; turn < 20; turn += 1) await readFile(path); // long enough to read the second
  expect(order).toStrictEqual(['begun 1']);
  release();
  await ended;
  expect(order).toStrictEqual(['begun 1', 'reported 1', 'reported 2', 'finished']);
});

test('nothing is reported after the end', async () => {
  const { path, write } = folder();
  const { seen, watch } = watching(path);
  await watch.finish();
  const other = watching(path);
  for (const serial of [1, 2]) {
    write(text(serial));
    await waitUntil(`serial ${serial} is seen by another watch`, () => other.seen.includes(serial));
  }
  expect(seen).toStrictEqual([]);
});

test('a folder that cannot be watched is looked at from time to time', async () => {
  const { path } = folder();
  const below = join(dirname(path), 'later', 'terraform.tfstate');
  const { seen } = watching(below);
  mkdirSync(dirname(below));
  writeFileSync(below, text(1));
  await waitUntil('it is reported', () => seen.length === 1);
});
