import fc from 'fast-check';
import { resolveStack } from '../index.ts';
import { request } from './fixture.ts';

const paths = [...request.files.keys()].filter((path) => path.endsWith('.yaml'));
const values = [
  ...['null', '[]', '{}', '~', '- a', '1', 'true', '007', '"', '*a', '&a b', '!x y', '@region', 'a/b@c'],
  ...['"${X}"', '${', '$${', '${VERSION:-${B}}', '{valueFrom: {component: api, output: url}}', '[1, {a: b}]'],
];
const keys = ['x', 'name', 'spec', 'kind', '$delete', 'value', '__proto__', 'constructor', '<<'];
const damage = fc.record({
  path: fc.constantFrom(...paths),
  line: fc.nat(60),
  change: fc.oneof(
    fc.constantFrom(...values).map((value) => (text: string) => text.replace(/:.*/, () => `: ${value}`)),
    fc.constantFrom(...keys).map((key) => (text: string) => text.replace(/\w+:/, () => `${key}:`)),
    fc.nat(6).map((count) => (text: string) => ' '.repeat(count) + text),
    fc.nat(30).map((length) => (text: string) => text.slice(0, length)),
    fc.constant(() => ''),
  ),
});

test('a damaged repository is resolved or has errors, each at a place that exists', () => {
  fc.assert(
    fc.property(
      fc.array(damage, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('development', 'staging', 'production'),
      (damages, environment) => {
        const files = new Map(request.files);
        for (const { path, line, change } of damages) {
          const lines = (files.get(path) ?? '').split('\n');
          const at = line % lines.length;
          lines[at] = change(lines[at] ?? '');
          files.set(path, lines.join('\n'));
        }
        const { errors = [] } = resolveStack({
          ...request,
          files,
          environment,
          variables: { VERSION: 'v1' },
        });
        for (const { file, line, column, message } of errors) {
          const lines = `${files.get(file)}\n`.split('\n');
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
          expect(message).not.toMatch(/undefined|\[object|NaN/);
        }
      },
    ),
    { numRuns: 100 },
  );
});
