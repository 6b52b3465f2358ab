import { relative, resolve } from 'node:path';
import type { TestEvent } from 'node:test/reporters';

const root = resolve(import.meta.dirname, '..');
const shown = 10;

/** The files that took longest, and one line with what passed and what failed, after everything else. */
export default async function* reportSummary(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const files: { file: string; seconds: number }[] = [];
  let counts = '';
  for await (const { type, data } of events) {
    if (type !== 'test:summary') continue;
    const { tests, passed, skipped, todo } = data.counts;
    if (data.file) files.push({ file: relative(root, data.file), seconds: data.duration_ms / 1000 });
    else
      counts = `${passed} passed, ${tests - passed - skipped - todo} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  }
  const slowest = files.toSorted((a, b) => b.seconds - a.seconds).slice(0, shown);
  yield `\nslowest files:\n${slowest.map(({ file, seconds }) => `  ${seconds.toFixed(1)} s  ${file}\n`).join('')}`;
  yield `\n${counts}\n`;
}
