import fc from 'fast-check';
import { Report } from '../errors.ts';
import { fromJson, toJson } from '../tree/tree.ts';
import { Scope } from './scope.ts';
import { variableSet } from './variable-set.ts';

const place = { file: 'a.yaml', line: 1, column: 1 };

function expand(text: string, given: Record<string, string> = {}, layers: Record<string, string>[] = []) {
  const report = new Report();
  const trees = layers.map((layer) => fromJson(layer, place));
  const scope = new Scope(variableSet({ layers: trees, given }, report), { STACK: 'shop' }, report);
  const value = scope.expand(text, (offset) => ({ ...place, column: offset + 1 }));
  return { value, errors: report.errors.map(({ code, column }) => `${code} ${column}`) };
}

test.each([
  ['plain text', 'plain text'],
  ['${A}', 'a'],
  ['x${A}y${B}z', 'xaybz'],
  ['${STACK}', 'shop'],
  ['${NONE:-default}', 'default'],
  ['${A:-default}', 'a'],
  ['${EMPTY:-default}', ''],
  ['${NONE:-}', ''],
  ['${NONE:-a:-b}', 'a:-b'],
  ['${NONE:-http://x:80/}', 'http://x:80/'],
  ['${NONE:-${A}}', 'a'],
  ['${NONE:-${NONE:-${B}}!}', 'b!'],
  ['${NONE:-$${A}', '${A'],
  ['$${A}', '${A}'],
  ['$$${A}', '$${A}'],
  ['$A $ {A} $', '$A $ {A} $'],
  ['}${A}}', '}a}'],
])('%s becomes %s', (text, value) => {
  expect(expand(text, { A: 'a', B: 'b', EMPTY: '' })).toStrictEqual({ value, errors: [] });
});

test.each([
  ['${NONE}', ['undefined_variable 1']],
  ['x ${NONE} ${OTHER}', ['undefined_variable 3', 'undefined_variable 11']],
  ['${NONE:-${OTHER}}', ['undefined_variable 9']],
  ['${}', ['undefined_variable 1']],
  ['${1A}', ['undefined_variable 1']],
  ['${A', ['undefined_variable 1']],
  ['${A:-x', ['undefined_variable 1']],
  ['${A-x}', ['undefined_variable 1']],
  ['${service.VERSION}', ['undefined_variable 1']],
])('%s is an error at the variable', (text, errors) => {
  expect(expand(text, { A: 'a' })).toStrictEqual({ value: undefined, errors });
});

test('a variable is evaluated late, with the final value of what it uses', () => {
  const layers = [{ URL: 'https://${HOST}', HOST: 'low' }, { HOST: 'high' }];
  expect(expand('${URL}', {}, layers).value).toBe('https://high');
  expect(expand('${URL}', { HOST: 'given' }, layers).value).toBe('https://given');
});

test('a value is not expanded again', () => {
  expect(expand('${A}', {}, [{ A: '$${B}', B: 'no' }]).value).toBe('${B}');
});

test('a value is only text: it can not change the structure', () => {
  const report = new Report();
  const scope = new Scope(variableSet({ layers: [], given: { A: '{b: 1}\n- c' } }, report), {}, report);
  const tree = scope.expandTree(fromJson({ '${A}': ['${A}', 1, true] }, place));
  expect(toJson(tree)).toStrictEqual({ '${A}': ['{b: 1}\n- c', 1, true] });
});

test.each([
  ['themselves', { A: '${A}' }],
  ['each other', { A: '${B}', B: '${C}', C: '${A}' }],
  ['each other in a default that is used', { A: '${NONE:-${A}}' }],
])('variables that use %s are one error, and what uses them none', (_, variables) => {
  expect(expand('${A}', {}, [variables])).toStrictEqual({ value: undefined, errors: ['variable_cycle 1'] });
});

test('a default that is not used makes no cycle', () => {
  expect(expand('${A}', {}, [{ A: '${B:-${A}}', B: 'b' }])).toStrictEqual({ value: 'b', errors: [] });
});

test('variables that grow without end are an error', () => {
  const doubling = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `V${index}`,
      index === 0 ? 'xx' : `\${V${index - 1}}\${V${index - 1}}`,
    ]),
  );
  expect(expand('${V59}', {}, [doubling]).errors).toStrictEqual(['out_of_range 1']);
  const chain = Object.fromEntries(
    Array.from({ length: 5000 }, (_, index) => [`V${index}`, index === 0 ? 'x' : `\${V${index - 1}}`]),
  );
  expect(expand('${V4999}', {}, [chain]).errors).toStrictEqual(['out_of_range 1']);
});

test('defaults that are not closed take no longer than the text', () => {
  const text = `${'${A:-'.repeat(40)}}`.repeat(200);
  expect(expand(text).errors[0]).toBe('undefined_variable 1');
});

test('a variable can be removed by an upper layer', () => {
  const report = new Report();
  const layers = [fromJson({ A: 'a' }, place), fromJson({ A: null }, place)];
  const scope = new Scope(variableSet({ layers, given: {} }, report), {}, report);
  expect(scope.expand('${A:-gone}', () => place)).toBe('gone');
});

test('any text comes back when its ${ are escaped', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'A', ':', '-', 'x') }), (text) => {
      expect(expand(text.replaceAll('${', () => '$${'))).toStrictEqual({ value: text, errors: [] });
    }),
  );
});

test('no text makes the expansion throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('$', '{', '}', 'A', ':-', 'x'), maxLength: 40 }),
      (text) => {
        const { value, errors } = expand(text, { A: 'a' });
        expect(value === undefined).toBe(errors.length > 0);
      },
    ),
  );
});

test('the order of definitions does not matter', () => {
  const names = ['A', 'B', 'C', 'D', 'E'];
  const definitions = fc.tuple(
    ...names.map((_, index) =>
      fc.array(fc.constantFrom('-', ...names.slice(0, index).map((name) => `\${${name}}`))),
    ),
  );
  fc.assert(
    fc.property(definitions, fc.shuffledSubarray(names, { minLength: 5 }), (values, order) => {
      const texts = new Map(names.map((name, index) => [name, (values[index] ?? []).join('')]));
      const finalValue = (name: string): string =>
        (texts.get(name) ?? '').replaceAll(/\$\{(\w)\}/g, (_, inner: string) => finalValue(inner));
      const shuffled = Object.fromEntries(order.map((name) => [name, texts.get(name) ?? '']));
      for (const name of names)
        expect(expand(`\${${name}}`, {}, [shuffled])).toStrictEqual({ value: finalValue(name), errors: [] });
    }),
  );
});
