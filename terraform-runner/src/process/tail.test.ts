import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
