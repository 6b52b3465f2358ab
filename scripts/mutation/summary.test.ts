import type { MutantResult } from '@stryker-mutator/api/core';
import { summaryOf } from './summary.ts';

const mutant = (status: MutantResult['status'], line = 1, replacement = 'false'): MutantResult => ({
  id: `${status}${line}`,
  fileName: 'gateway/src/jobs/claim.ts',
  location: { start: { line, column: 3 }, end: { line, column: 9 } },
  mutatorName: 'ConditionalExpression',
  replacement,
  status,
});

test('a mutant that timed out is noticed, one without coverage is missed, one that does not run counts on neither side', () => {
  const mutants = [
    mutant('Killed'),
    mutant('Timeout'),
    mutant('Survived'),
    mutant('NoCoverage'),
    mutant('RuntimeError'),
  ];
  expect(summaryOf('claim', mutants).line).toBe('| claim | 4 | 2 | 2 | 50.0 % |');
});

test('each mutant that was missed or timed out is listed with its place', () => {
  const mutants = [mutant('Timeout', 9), mutant('Survived', 7, 'a\n  || b'), mutant('Killed', 8)];
  const { details } = summaryOf('claim', mutants);
  expect(details).toContain('- gateway/src/jobs/claim.ts:7:3 ConditionalExpression (Survived): `a || b`');
  expect(details).toContain('- gateway/src/jobs/claim.ts:9:3 ConditionalExpression (Timeout): `false`');
  expect(details).not.toContain(':8:');
});

test('a module without mutants has no score', () => {
  expect(summaryOf('claim', []).line).toBe('| claim | 0 | 0 | 0 | none |');
});
