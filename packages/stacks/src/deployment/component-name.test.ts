import fc from 'fast-check';
import { componentName } from './component-name.ts';

test.each([
  [['shop', 'dev', 'orders', 'api'], 'shop-dev-orders-api'],
  [['user-platform', 'development', 'user-service', 'api'], 'user-develo-user-s-api-11113c25'],
  [['shop', 'dev', '_stack', '_foundation'], /^shop-dev-stack-found\w*-[0-9a-f]{8}$/],
])('%j is named %s', (names, expected) => {
  expect(componentName(names, undefined)).toMatch(
    typeof expected === 'string' ? new RegExp(`^${expected}$`) : expected,
  );
});

test('names that would be the same when joined are different', () => {
  const joined = [
    ['a', 'b-c', 'd', 'e'],
    ['a-b', 'c', 'd', 'e'],
    ['a', 'b', 'c-d', 'e'],
  ].map((names) => componentName(names, undefined));
  expect(new Set(joined).size).toBe(3);
});

test('instances in several regions have different names', () => {
  const names = ['shop', 'dev', 'orders', 'api'];
  const [one, two] = ['eu-west-1', 'us-east-1'].map((region) => componentName(names, region));
  expect(one).not.toBe(two);
});

test('every name is short, begins with a letter, ends with a letter or digit and has no two hyphens together', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/);
  fc.assert(
    fc.property(fc.tuple(word, word, word, word), fc.option(word, { nil: undefined }), (names, region) => {
      expect(componentName(names, region)).toMatch(/^(?=.{1,32}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    }),
  );
});
