import { readFileSync } from 'node:fs';
import { kindsPage, withReference, writeCommand } from './kinds-page.ts';

test(`docs/kinds.md has the fields of every kind (else run ${writeCommand})`, () => {
  const page = readFileSync(kindsPage, 'utf8');
  expect(withReference(page)).toBe(page);
});
