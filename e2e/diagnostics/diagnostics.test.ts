import assert from 'node:assert/strict';
import type { Diagnostic } from '@deployment-engine/contracts';
import pLimit from 'p-limit';
import { testUnless } from '../../scripts/jest/unless.ts';
import { skipWithoutAws } from '../../testing/local-aws.ts';
import { sharedEngine } from '../../testing/shared-engine.ts';
import { byHand, type Said } from './by-hand.ts';
import { type WrongProgram, wrongPrograms } from './wrong-programs.ts';

const { client } = sharedEngine();

const withoutAws = skipWithoutAws();
const inTable = wrongPrograms.map((program, index) => ({ ...program, projectId: `wrong-${index}` }));

describe('each wrong program is reported like Terraform does, or better', () => {
  const runOfTwo = pLimit(2);
  const runs = new Map<string, Promise<{ hand: Awaited<ReturnType<typeof byHand>>; errors: Diagnostic[] }>>();
  beforeAll(() => {
    for (const program of inTable.filter(({ aws }) => !aws || !withoutAws)) {
      const run = runOfTwo(async () => {
        const hand = await byHand(program);
        return { hand, errors: await byEngine(program, hand.stage === 'plan') };
      });
      run.catch(() => {}); // reported by the test that awaits it
      runs.set(program.projectId, run);
    }
  });
  for (const program of inTable)
    testUnless(program.aws ? withoutAws : false)(program.name, async () => {
      const { hand, errors } = (await runs.get(program.projectId)) ?? assert.fail('was not run');
      assert.ok(hand.errors.length > 0, 'Terraform itself finds nothing wrong');
      if (program.better) return assertBetter(errors, program.better);
      for (const said of hand.errors) assertTold(errors, said, program.reworded);
    });
});

/** Returns the engine's diagnostics: of a validation, or of a failed job if only a plan shows the error. */
async function byEngine(
  { projectId, files, variables }: WrongProgram & { projectId: string },
  plans: boolean,
) {
  const body = { files, ...(variables ? { variables } : {}) };
  if (!plans) {
    const { body: answer } = await client.post('/api/deploy/validate', body);
    expect(answer.valid).toBe(false);
    return answer.errors as Diagnostic[];
  }
  const { body: accepted } = await client.post('/api/deploy/plan', { projectId, ...body });
  const { failure } = await client.finished(accepted.jobId);
  return (failure?.diagnostics ?? []).filter(({ severity }) => severity === 'error');
}

/** Requires equal message, file, line, column, snippet and address. */
function assertTold(errors: Diagnostic[], said: Said, reworded: RegExp | undefined): void {
  const expected = {
    summary: normal(said.summary),
    detail: reworded ? 'reworded' : normal(said.detail),
    file: said.range?.filename ?? null,
    line: said.range?.start.line ?? null,
    column: said.range?.start.column ?? null,
    snippet: said.range && said.snippet ? said.snippet.code : null,
  };
  const told = errors.map((error) => ({
    summary: normal(error.summary),
    detail: reworded?.test(error.detail) ? 'reworded' : normal(error.detail),
    file: error.file,
    line: error.line,
    column: error.column,
    snippet: error.snippet,
  }));
  const index = told.findIndex((one) => JSON.stringify(one) === JSON.stringify(expected));
  assert.ok(index >= 0, `Terraform: ${JSON.stringify(expected)}\nengine: ${JSON.stringify(told, null, 1)}`);
  const { address, context } = errors[index] as Diagnostic;
  if (said.address) expect(address).toBe(said.address);
  // For JSON, Terraform gives a path instead of a block.
  if (said.snippet?.context && said.range?.filename.endsWith('.tf'))
    expect(context).toBe(said.snippet.context);
}

/** Sorts cycle members and similar names, which Terraform lists in any order. */
function normal(text: string): string {
  const parts = text.startsWith('Cycle: ') ? `Cycle: ${text.slice(7).split(', ').sort().join(', ')}` : text;
  return parts.replace(/(There is no function named "\w+"\.) Did you mean "\w+"\?/, '$1 Did you mean …?');
}

function assertBetter(errors: Diagnostic[], better: NonNullable<WrongProgram['better']>): void {
  const [error, ...others] = errors;
  assert.deepEqual(others, [], 'one error tells it all');
  const { code, file, line, column, detail } = better;
  expect([error?.code, error?.file, error?.line, error?.column, typeof error?.snippet]).toStrictEqual([
    code,
    file,
    line,
    column,
    'string',
  ]);
  expect(error?.detail ?? '').toMatch(detail);
}

const jobs: [name: string, files: Record<string, string>, code: string, line: number][] = [
  ['does not parse', { 'main.tf': 'locals {\n\n  a =\n}\n' }, 'syntax_error', 3],
  ['has an unknown block', { 'main.tf': 'locals {}\nresorce "a" "b" {}\n' }, 'unsupported_block_type', 2],
  [
    'calls an unknown function',
    { 'main.tf': 'locals {\n  a = upcase("x")\n}\n' },
    'call_to_unknown_function',
    2,
  ],
  ['is fenced', { 'main.tf': '\n```\nlocals {}\n```\n' }, 'code_fenced', 2],
  [
    'has a resource twice',
    { 'main.tf': 'locals {\n  a = 1\n}\nlocals {\n  a = 2\n}\n' },
    'duplicate_definition',
    5,
  ],
];
for (const [name, files, code, line] of jobs)
  test(`a deploy of code that ${name} fails as invalid code at validate, with Terraform's diagnostics`, async () => {
    const { body } = await client.post('/api/deploy', { projectId: 'invalid', files });
    const { status, failure, error } = await client.finished(body.jobId);
    expect([status, failure?.reason, failure?.step]).toStrictEqual(['failed', 'invalid_code', 'validate']);
    const [first] = failure?.diagnostics ?? [];
    expect([first?.code, first?.file, first?.line]).toStrictEqual([code, 'main.tf', line]);
    assert.ok((first?.column ?? 0) > 0 && first?.snippet);
    expect(`${error} ${JSON.stringify(failure)}`).not.toMatch(/operator|exemption|Nobody can/);
  });

test('one answer has the errors of all files and the forbidden code', async () => {
  const files = {
    'a.tf': 'locals {\n  a =\n}\n',
    'm/b.tf': 'resorce "x" "y" {}\n',
    'c.tf': 'terraform {\n  backend "s3" {}\n}\n',
    'd.auto.tfvars': 'x = [\n',
  };
  const { body } = await client.post('/api/deploy/validate', { files });
  const told = body.errors.map(({ file, line, code }: Diagnostic) => `${file}:${line} ${code}`);
  for (const part of ['a.tf:2 ', 'm/b.tf:1 unsupported_block_type', 'd.auto.tfvars:', 'c.tf:2 PRE-BACKEND'])
    assert.ok(
      told.some((line: string) => line.startsWith(part)),
      `${part} is not in ${told.join(', ')}`,
    );
});

test('code that Terraform accepts but the engine cannot parse is denied, with place and snippet', async () => {
  const deep = `${'['.repeat(120)}1${']'.repeat(120)}`;
  const { body } = await client.post('/api/deploy', {
    projectId: 'deep',
    iacCode: `locals {\n  a = ${deep}\n}\n`,
  });
  const { failure } = await client.finished(body.jobId);
  expect([failure?.reason, failure?.step]).toStrictEqual(['policy_denied', 'prepare']);
  const [first] = failure?.diagnostics ?? [];
  expect([first?.code, first?.line]).toStrictEqual(['PRE-SYNTAX', 2]);
  assert.ok((first?.column ?? 0) > 100 && first?.snippet?.includes('[[['));
});

test('tabs stay in snippets, so that columns point at the mistake', async () => {
  const iacCode = 'resource "terraform_data" "a" {\n\t\tinptu = 1\n}\n';
  const { body } = await client.post('/api/deploy/validate', { iacCode });
  const [{ snippet, column }] = body.errors;
  expect(snippet.slice(column - 1, column + 4)).toBe('inptu');
});

test('outputs, variables and JSON in root module files have an address and a block', async () => {
  const addressOf = async (files: Record<string, string>) => {
    const { body } = await client.post('/api/deploy/validate', { files });
    return [body.errors[0].address, body.errors[0].context];
  };
  const output = 'output "x" {\n  value = local.nothing\n}\n';
  expect(await addressOf({ 'main.tf': output })).toStrictEqual(['output.x', 'output "x"']);
  const wrong = { resource: [{ terraform_data: { other: {}, a: { inptu: 1 } } }] };
  expect(await addressOf({ 'main.tf.json': JSON.stringify(wrong, null, 1) })).toStrictEqual([
    'terraform_data.a',
    'resource "terraform_data" "a"',
  ]);
});

test('the values that made an expression fail are reported', async () => {
  const iacCode = 'locals {\n  cache_nodes = []\n}\noutput "x" {\n  value = local.cache_nodes[0]\n}\n';
  const { body } = await client.post('/api/deploy/validate', { iacCode });
  expect(body.errors[0].values).toStrictEqual(['local.cache_nodes is empty tuple']);
});
