import assert from 'node:assert/strict';
import { diagnosticCode } from './diagnostic-code.ts';
import { readTextDiagnostics } from './text-diagnostics.ts';
import { readUiLine } from './ui-message.ts';

const resource = { addr: 'aws_x.a', resource_type: 'aws_x' };
const reading = { step: 'plan', rootModule: '.' } as const;
const events = (message: object, step: 'plan' | 'apply' = 'plan') =>
  readUiLine(JSON.stringify({ '@message': 'text', ...message }), { step, rootModule: 'app' }).filter(
    (body) => body.type !== 'log',
  );

test('planned changes are reported at plan, but neither no-ops nor reads, nor again at apply', () => {
  const planned = (action: string) => ({ type: 'planned_change', change: { resource, action } });
  for (const action of ['create', 'update', 'delete', 'replace'])
    expect(events(planned(action))).toStrictEqual([
      { type: 'resource_planned', address: 'aws_x.a', resourceType: 'aws_x', action },
    ]);
  for (const action of ['noop', 'read', 'move']) expect(events(planned(action))).toStrictEqual([]);
  expect(events(planned('create'), 'apply')).toStrictEqual([]);
  expect(events(planned('remove'))[0]?.type).toBe('resource_planned');
});

test('a resource that failed is finished, but not ok', () => {
  const hook = { resource, action: 'create', elapsed_seconds: 3 };
  expect(events({ type: 'apply_errored', hook }, 'apply')).toStrictEqual([
    {
      type: 'resource_finished',
      address: 'aws_x.a',
      resourceType: 'aws_x',
      action: 'create',
      ok: false,
      elapsedSeconds: 3,
      id: null,
    },
  ]);
});

test('a diagnostic in a module is placed from the project’s root, one in an engine file nowhere', () => {
  const at = (filename: string) => ({
    type: 'diagnostic',
    diagnostic: {
      severity: 'error',
      summary: 'S',
      detail: '',
      range: { filename, start: { line: 1, column: 2 }, end: { line: 1, column: 3 } },
    },
  });
  const fileOf = (name: string) => {
    const [body] = events(at(name));
    return body?.type === 'diagnostic' ? body.diagnostic.file : undefined;
  };
  expect(fileOf('main.tf')).toBe('app/main.tf');
  expect(fileOf('../modules/m/main.tf')).toBe('modules/m/main.tf');
  expect(fileOf('~engine.auto.tfvars.json')).toBe(null);
  expect(fileOf('../../etc/passwd')).toBe(null);
});

test('output that is not a message becomes a log line without control characters', () => {
  for (const text of ['plain', '{"no":"message"}', '{broken', '\u001b[1mplain\u001b[0m\u0007'])
    expect(readUiLine(text, reading)[0]?.type).toBe('log');
  expect(readUiLine('\u001b[1mbold\u001b[0m', reading)).toStrictEqual([
    { type: 'log', step: 'plan', line: 'bold' },
  ]);
  expect(readUiLine('   ', reading)).toStrictEqual([]);
});

test('codes are stable slugs without names and ids', () => {
  const table: [summary: string, code: string][] = [
    ['Unsupported argument', 'unsupported_argument'],
    ['Reference to undeclared resource', 'undeclared_reference'],
    ['creating S3 Bucket (my-bucket-1): BucketAlreadyExists', 'creating_s3_bucket_bucketalreadyexists'],
    ['Something "quoted" happened', 'something_happened'],
    ['', 'other'],
    ['???', 'other'],
  ];
  for (const [summary, code] of table) expect(diagnosticCode(summary)).toBe(code);
  expect(diagnosticCode('long '.repeat(100)).length).toBeLessThanOrEqual(64);
});

test('problems in plain text also have a file and line', () => {
  const text =
    '╷\n│ Error: Unsupported block type\n│ \n│   on main.tf line 3:\n│    3: foo {\n│ \n│ Not expected here.\n╵\n';
  const [body] = readTextDiagnostics(text, { step: 'init', rootModule: '.' });
  assert.ok(body?.type === 'diagnostic');
  const { code, file, line, detail } = body.diagnostic;
  expect([code, file, line, detail]).toStrictEqual([
    'unsupported_block_type',
    'main.tf',
    3,
    'Not expected here.',
  ]);
});
