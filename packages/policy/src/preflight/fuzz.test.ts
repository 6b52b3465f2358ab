// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are Terraform code
import assert from 'node:assert/strict';
import { CodeSyntaxError, parseHcl, parseJsonBody } from '@deployment-engine/terraform-code';
import fc from 'fast-check';
import { judge } from './code-fixture.ts';
import { hostileCode } from './hostile-code.ts';

const numRuns = Number(process.env.FUZZ_CASES ?? 300);

/** Pieces of code that confuse a parser when they are adjacent. */
const pieces = fc.constantFrom(
  ...[
    '"',
    '${',
    '%{',
    '}',
    '{',
    '~}',
    '$$',
    '%%',
    '\\',
    '\\"',
    '\\u0041',
    '<<EOT\n',
    '<<-EOT\n',
    '\nEOT\n',
    'EOT',
  ],
  ...[
    '\n',
    ' ',
    '\t',
    '#',
    '//',
    '/*',
    '*/',
    '(',
    ')',
    '[',
    ']',
    '=',
    '=>',
    ',',
    '.',
    '...',
    '?',
    ':',
    '::',
    '-',
  ],
  ...[
    'a',
    'b-c',
    'for',
    'in',
    'if',
    'endif',
    '1',
    '1.5e3',
    'true',
    'file',
    'local',
    'provisioner',
    'backend "s3"',
  ],
  ...['é', '\u0600', '\u2028', '\u0085', '\ufeff', '😀', '\ud800', '\0', '\r', '\r\n'],
);
const hcl = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(''));
const text = fc.oneof(hcl, fc.string({ unit: 'binary', maxLength: 200 }));
const bytes = fc.oneof(text, fc.uint8Array({ maxLength: 200 }));

test('no code makes the parsers throw anything but a syntax error', () => {
  fc.assert(
    fc.property(text, (source) => {
      for (const read of [parseHcl, parseJsonBody])
        try {
          read(source);
        } catch (error) {
          assert.ok(error instanceof CodeSyntaxError && error.line >= 1, String(error));
        }
    }),
    { numRuns },
  );
});

test('no project makes preflight throw, and what cannot be read is refused', () => {
  const names = fc.constantFrom(
    'main.tf',
    'a.tf.json',
    'm/x.tf',
    'v.tfvars',
    't.tpl',
    'x_override.tf',
    '../x',
    'é.tf',
  );
  fc.assert(
    fc.property(fc.dictionary(names, bytes), (files) => {
      const report = judge(files);
      for (const { file, line } of report.findings) assert.ok(file && line && line >= 1);
    }),
    { numRuns },
  );
});

test('a provisioner is found after any accepted code', () => {
  fc.assert(
    fc.property(hcl, (prefix) => {
      const hidden = 'resource "null_resource" "x" {\n  provisioner "local-exec" {\n  }\n}\n';
      const source = `locals {\n  a = ${prefix}\n}\n`;
      const accepted = judge({ 'main.tf': source }).verdict === 'pass';
      if (accepted) expect(judge({ 'main.tf': source + hidden }).verdict).toBe('block');
    }),
    { numRuns },
  );
});

test('duplicates and order in JSON are kept', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), (locals) => {
      const source = JSON.stringify({ locals });
      fc.pre(!/[$%]\{/.test(source));
      const { body, duplicates } = parseJsonBody(source);
      expect(duplicates).toStrictEqual([]);
      const names = body.blocks.flatMap((block) => block.body.attributes.map(({ name }) => name));
      const expected = Object.entries(locals).filter(
        ([key, value]) => key !== '//' || typeof value !== 'string',
      );
      expect(names.length).toBe(expected.length);
    }),
    { numRuns },
  );
});

for (const [name, source] of Object.entries(hostileCode(5e6)))
  test(`five megabytes of ${name} are checked completely`, () => {
    judge({ 'main.tf': source });
  }, 60_000);
