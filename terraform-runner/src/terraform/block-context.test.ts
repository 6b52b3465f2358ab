import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blockOf } from './block-context.ts';

const folder = mkdtempSync(join(tmpdir(), 'context-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (json: string, mark: string, name = 'main.tf.json') => {
  writeFileSync(join(folder, name), json);
  const byte = Buffer.byteLength(json.slice(0, json.indexOf(mark)));
  const position = { line: 1, column: 1, byte };
  const range = { filename: name, start: position, end: position };
  return blockOf({ severity: 'error', summary: '', detail: '', range }, join(folder, name));
};

const text = (value: unknown) => JSON.stringify(value, null, 2);
const cases: [name: string, json: string, expected: string | undefined, address: string | null][] = [
  ['a resource', text({ resource: { t_x: { a: { b: 'HERE' } } } }), 'resource "t_x" "a"', 't_x.a'],
  [
    'the second of two',
    text({ resource: { t_x: { a: { b: 1 }, c: { b: 'HERE' } } } }),
    'resource "t_x" "c"',
    't_x.c',
  ],
  [
    'lists on the way',
    text({ resource: [{ t_x: [{ a: [{ b: 'HERE' }] }] }] }),
    'resource "t_x" "a"',
    't_x.a',
  ],
  ['a data source', text({ data: { t_x: { a: { b: 'HERE' } } } }), 'data "t_x" "a"', 'data.t_x.a'],
  ['an output', text({ locals: { a: 1 }, output: { u: { value: 'HERE' } } }), 'output "u"', 'output.u'],
  ['names beyond ASCII', text({ output: { 'ü"x': { value: 'HERE' } } }), 'output "ü\\"x"', 'output.ü"x'],
  ['locals', text({ locals: { a: 'HERE' } }), 'locals', null],
  ['a block without its labels', text({ resource: 'HERE' }), undefined, null],
  ['JSON that is cut off', '{"output": {"x": {"value": HERE', 'output "x"', 'output.x'],
];
for (const [name, json, context, address] of cases)
  test(`the block around ${name} is found in JSON`, () => {
    const block = at(json, 'HERE');
    expect([block?.context, block?.address ?? null]).toStrictEqual([context, address]);
  });

test('a link in place of the file is not followed', () => {
  writeFileSync(join(folder, 'secret'), text({ output: { s: { value: 1 } } }));
  symlinkSync(join(folder, 'secret'), join(folder, 'link.tf.json'));
  const position = { line: 1, column: 1, byte: 20 };
  const range = { filename: 'link.tf.json', start: position, end: position };
  const source = { severity: 'error' as const, summary: '', detail: '', range };
  expect(blockOf(source, join(folder, 'link.tf.json'))).toBe(undefined);
});
