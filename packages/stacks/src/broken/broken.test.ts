import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { resolveStack, type StackErrorCode, stackErrorCodes } from '../index.ts';
import { documentsCases } from './documents.cases.ts';
import { fieldsCases } from './fields.cases.ts';
import { type Case, linesOf, request, resolveEdited } from './fixture.ts';
import { layersCases } from './layers.cases.ts';
import { namesCases } from './names.cases.ts';
import { referencesCases } from './references.cases.ts';
import { valuesCases } from './values.cases.ts';
import { variablesCases } from './variables.cases.ts';

const cases = [
  documentsCases,
  namesCases,
  fieldsCases,
  valuesCases,
  layersCases,
  variablesCases,
  referencesCases,
].flat();
const codeOf = (line = '') => line.split(' ')[0] as StackErrorCode;
const named = cases.map((one) => [`${codeOf(one.errors[0])}: ${one.title}`, one] as const);

test.each(named)('%s', (_, one) => {
  expect(linesOf(resolveEdited(one))).toStrictEqual(one.errors);
});

test('every code has a case', () => {
  const codes = new Set(cases.flatMap(({ errors }) => errors.map(codeOf)));
  expect([...codes].sort()).toStrictEqual([...stackErrorCodes].sort());
});

test('docs/stacks.md has an example of every code', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/stacks.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\S+:\d+:\d+) \| (.*) \|$/gm)];
  expect(rows.map(([, code]) => code)).toStrictEqual(stackErrorCodes);
  const lines = cases.flatMap(({ errors }) => errors);
  for (const [, code = '', place = '', message = ''] of rows)
    expect(lines.some((line) => line.startsWith(code) && line.endsWith(`${place} ${message}`))).toBe(true);
});

/** What these make unreadable could be what others miss; the last needs components that others take away. */
const hiding = [
  'a syntax error in service.yaml does not make its variables undefined',
  'an empty file',
  'no service.yaml',
  'another document in infra.yaml',
  'a second file with a component',
  'a layer that service.yaml names: what it would give is not missing',
  'a cycle of services',
];
const independent = cases.filter(({ title, environment, variables, edits }) => {
  const files = Object.keys(edits ?? {});
  const isPlain = environment === undefined && variables === undefined && files.length > 0;
  return isPlain && files.every((file) => file.startsWith('services/')) && !hiding.includes(title);
});

test('several errors in one repository are all reported, and nothing else', () => {
  expect(independent.length).toBeGreaterThan(40);
  fc.assert(
    fc.property(fc.shuffledSubarray(independent, { minLength: 2, maxLength: 12 }), (chosen) => {
      const together = withoutCommonParts(chosen);
      const edits = Object.assign({}, ...together.map((one) => one.edits));
      const expected = together.flatMap(({ errors }) => errors);
      expect(linesOf(resolveEdited({ edits })).sort()).toStrictEqual(expected.sort());
    }),
    { numRuns: 30 },
  );
});

/** Keeps those that neither change nor blame a component or file of one before. */
function withoutCommonParts(chosen: Case[]): Case[] {
  const taken = new Set<string>();
  return chosen.filter(({ edits, errors }) => {
    const blamed = errors.map((line) => line.split(' ')[1]?.split(':')[0] ?? '');
    const parts = [...Object.keys(edits ?? {}), ...blamed].map(
      (file) => /^services\/[^/]+\/components\/[^/]+/.exec(file)?.[0] ?? file,
    );
    if (parts.some((part) => taken.has(part))) return false;
    for (const part of parts) taken.add(part);
    return true;
  });
}

test('errors are sorted by file, line and column', () => {
  const lines = linesOf(
    resolveEdited({
      variables: {},
      edits: {
        'stack.yaml': [['kind: Stack', 'kind: Stak']],
        'services/user-service/components/worker/worker.yaml': [
          ['kind: Worker', 'kind: Wörker'],
          ['events', 'evnts'],
        ],
      },
    }),
  );
  expect(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).toStrictEqual([
    'undefined_variable services/auth-service/components/authorizer/lambda.yaml:14:12',
    'undefined_variable services/notification-service/components/api/microservice.yaml:13:10',
    'undefined_variable services/user-service/components/api/microservice.yaml:13:10',
    'unknown_kind services/user-service/components/worker/worker.yaml:2:7',
    'undefined_variable services/user-service/components/worker/worker.yaml:12:10',
    'unknown_component services/user-service/components/worker/worker.yaml:16:20',
    'unknown_kind stack.yaml:2:7',
  ]);
});

test('a stack that does not exist is the only error', () => {
  const { errors } = resolveStack({ ...request, stack: 'user-plattform', environment: 'development' });
  expect(errors).toStrictEqual([
    {
      code: 'missing_stack',
      file: 'stacks/user-plattform/stack.yaml',
      line: 1,
      column: 1,
      message: 'stack user-plattform does not exist; did you mean user-platform?',
    },
  ]);
});
