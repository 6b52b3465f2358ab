import { moduleNames, withoutKeys } from './module-path.ts';

test('keys are taken out of an address, also those with dots, brackets and quotes', () => {
  expect(withoutKeys('module.a["x.y"].aws_instance.b[0]')).toBe('module.a.aws_instance.b');
  expect(withoutKeys('aws_instance.b["]\\"["]')).toBe('aws_instance.b');
});

test('the names of modules are those of an address without keys', () => {
  expect(moduleNames('module.a["x.y"].module.b[0]')).toStrictEqual(['a', 'b']);
  expect(moduleNames('')).toStrictEqual([]);
});
