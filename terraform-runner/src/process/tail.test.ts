import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterTest } from '../../../scripts/jest/after-test.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { type Line, tailFile } from './tail.ts';

const mebibyte = 1024 * 1024;

async function linesOf(write: (path: string) => void, from = 0): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tail-'));
  const path = join(folder, 'stdout');
  try {
    write(path);
    const lines: Line[] = [];
    await tailFile(path, from, (some) => lines.push(...some)).finish();
    return lines;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a line that reading cuts in two comes whole', async () => {
  const text = `${'x'.repeat(64 * 1024 - 3)}secret-secret\nnext`;
  const lines = await linesOf((path) => writeFileSync(path, text));
  expect(lines.map((line) => line.text)).toStrictEqual(text.split('\n'));
});

test('of a line beyond all measure the beginning comes once, and the next line from its own place', async () => {
  const first = 'a'.repeat(9 * mebibyte);
  const lines = await linesOf((path) => {
    writeFileSync(path, first);
    appendFileSync(path, 'end of the line\nnext\n');
  });
  expect(lines.map((line) => line.text.length)).toStrictEqual([8 * mebibyte, 4]);
  expect(lines[1]?.text).toBe('next');
  expect(lines[0]?.endOffset).toBe(first.length + 'end of the line\n'.length);
  expect(lines[1]?.endOffset).toBe(first.length + 'end of the line\nnext\n'.length);
});

test('lines come with the offset after them, from the given offset on, and the rest of the file at the end', async () => {
  const lines = await linesOf((path) => writeFileSync(path, 'one\ntwo\n\nthree'), 4);
  expect(lines).toStrictEqual([
    { text: 'two', endOffset: 8 },
    { text: '', endOffset: 9 },
    { text: 'three', endOffset: 14 },
  ]);
  expect(await linesOf((path) => writeFileSync(path, 'one\n'))).toStrictEqual([
    { text: 'one', endOffset: 4 },
  ]);
  expect(await linesOf(() => {})).toStrictEqual([]);
});

/** Follows a file that does not exist yet. */
function following() {
  const folder = mkdtempSync(join(tmpdir(), 'tail-'));
  afterTest(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'stdout');
  const batches: string[][] = [];
  const tail = tailFile(path, 0, (lines) => batches.push(lines.map(({ text }) => text)));
  afterTest(() => tail.stop());
  return { path, batches, tail };
}

test('lines come as they are written, a line in pieces once it is complete, and nothing twice', async () => {
  const { path, batches, tail } = following();
  writeFileSync(path, 'one\ntw');
  await waitUntil('the first line comes', () => batches.length === 1);
  appendFileSync(path, 'o\nthree\n');
  await waitUntil('the others come', () => batches.length === 2);
  await tail.finish();
  await tail.finish();
  expect(batches).toStrictEqual([['one'], ['two', 'three']]);
});

test('nothing comes after the end, nor from a tail that was stopped', async () => {
  const stopped = following();
  stopped.tail.stop();
  const ended = following();
  await ended.tail.finish();
  const other = following();
  for (const { path } of [stopped, ended, other]) writeFileSync(path, 'late\n');
  await waitUntil('another tail reads its file', () => other.batches.length === 1);
  await stopped.tail.finish();
  expect([stopped.batches, ended.batches]).toStrictEqual([[], []]);
});
