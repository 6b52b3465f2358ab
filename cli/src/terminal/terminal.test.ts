import { EventEmitter } from 'node:events';
import type { WriteStream } from 'node:tty';
import xterm from '@xterm/headless';
import { LiveLine } from './live-line.ts';
import { fitting } from './width.ts';

test.each<[text: string, columns: number, fits: string]>([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'abc'],
  ['日本語', 5, '日本'],
  ['🚀🚀', 3, '🚀'],
  ['e\u0301e\u0301x', 2, 'e\u0301e\u0301'],
])('of %j fits into %d columns: %j', (text, columns, fits) => {
  expect(fitting(text, columns)).toBe(fits);
});

/** A terminal window, with the stream of a program that runs in it. */
function openWindow(columns: number) {
  const screen = new xterm.Terminal({ cols: columns, rows: 20, allowProposedApi: true });
  const stream = Object.assign(new EventEmitter(), {
    columns,
    write: (text: string) => screen.write(text.replaceAll('\n', '\r\n')),
  });
  const lines = () =>
    new Promise<string[]>((resolve) =>
      screen.write('', () => {
        const { active } = screen.buffer;
        const all = Array.from(
          { length: active.length },
          (_, at) => active.getLine(at)?.translateToString(true) ?? '',
        );
        resolve(all.filter((line) => line !== ''));
      }),
    );
  return {
    stream: stream as unknown as WriteStream,
    lines,
    resize: async (next: number) => {
      await lines();
      screen.resize(next, 20);
      stream.columns = next;
      stream.emit('resize');
    },
  };
}

test('a live line leaves nothing behind, also when the window changes', async () => {
  const { stream, lines, resize } = openWindow(40);
  const live = new LiveLine(stream);
  live.print('first');
  live.show('x'.repeat(100));
  expect(await lines()).toStrictEqual(['first', 'x'.repeat(39)]);
  await resize(15);
  expect(await lines()).toStrictEqual(['first', 'x'.repeat(14)]);
  live.print('second');
  await resize(60);
  expect(await lines()).toStrictEqual(['first', 'second', 'x'.repeat(59)]);
  live.show('日'.repeat(50));
  await resize(21);
  expect(await lines()).toStrictEqual(['first', 'second', '日'.repeat(10)]);
  live.end();
  expect(await lines()).toStrictEqual(['first', 'second']);
  await resize(10);
  expect(await lines()).toStrictEqual(['first', 'second']);
});

test('lines that come while the user is asked are printed afterwards', async () => {
  const { stream, lines, resize } = openWindow(40);
  const live = new LiveLine(stream);
  live.show('working');
  live.hold();
  live.print('late');
  live.show('still working');
  await resize(20);
  expect(await lines()).toStrictEqual([]);
  live.release();
  expect(await lines()).toStrictEqual(['late', 'still working']);
});
