import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { pack } from 'tar-stream';
import { celProblem } from './cel-rule.ts';
import { evaluateUserRules } from './evaluate-user-rules.ts';
import { readBundle } from './rego-bundle.ts';
import { compiledPolicy } from './rego-fixture.ts';

const change = (type: string, after: unknown, actions = ['create']) => ({
  address: `${type}.x`,
  mode: 'managed',
  type,
  name: 'x',
  change: { actions, before: null, after, after_sensitive: { password: true } },
});
const plan = {
  resource_changes: [
    change('aws_s3_bucket', { tags: { Owner: 'me' } }),
    change('aws_sqs_queue', { tags: {}, password: 'S3cret!' }),
    change('aws_sns_topic', null, ['delete']),
  ],
};

const settingsOf = (...rules: object[]) =>
  projectPolicySettingsSchema.parse({
    userRules: rules.map((rule, index) => ({
      id: `USER-${index}`,
      message: 'broken',
      mode: 'block',
      ...rule,
    })),
  });
const cel = (expression: string, rest: object = {}) => ({ language: 'cel', expression, ...rest });
const rego = (bytes: Uint8Array, rest: object = {}) => ({
  language: 'rego',
  bundle: Buffer.from(bytes).toString('base64'),
  ...rest,
});
const evaluate = async (rule: object, timeoutMs = 5000) => {
  const { findings } = await evaluateUserRules(plan, settingsOf(rule), timeoutMs);
  return findings.map(({ address, message }) => `${address}: ${message}`);
};

test('a CEL rule finds the resources for which it is true', async () => {
  const rule = cel('has(resource.after.tags) && !("Owner" in resource.after.tags)');
  expect(await evaluate(rule)).toStrictEqual(['aws_sqs_queue.x: broken']);
});

test('a CEL rule may look at actions, types and the summary', async () => {
  expect(await evaluate(cel('"delete" in resource.actions && summary.deletes == 1'))).toStrictEqual([
    'aws_sns_topic.x: broken',
  ]);
  expect(await evaluate(cel('true', { resourceTypes: ['aws_s3_*'] }))).toStrictEqual([
    'aws_s3_bucket.x: broken',
  ]);
});

test('a CEL rule that reads a missing key counts as violated', async () => {
  const [finding] = await evaluate(cel('resource.after.size > 5.0', { resourceTypes: ['aws_s3_bucket'] }));
  expect(finding ?? '').toMatch(/^aws_s3_bucket.x: broken: .*cannot be evaluated: No such key/);
});

test('a CEL rule does not see sensitive values', async () => {
  const rule = cel('resource.after.password != "(sensitive)"', { resourceTypes: ['aws_sqs_queue'] });
  expect(await evaluate(rule)).toStrictEqual([]);
});

test('an endless rule is terminated and counts as violated', async () => {
  const endless = cel('("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" + "b").matches("^(a+)+$")');
  expect(await evaluate(endless, 1500)).toStrictEqual(['null: broken (the rule ran out of time or memory)']);
  const policy = rego(compiledPolicy([], { endless: true }));
  expect(await evaluate(policy, 1500)).toStrictEqual(['null: broken (the rule ran out of time or memory)']);
});

test('an invalid CEL expression is reported before it is stored', () => {
  expect(celProblem('resource.type == "a"')).toBe(undefined);
  for (const wrong of ['1 + 1', 'unknown', 'resource.', `${'('.repeat(100)}true${')'.repeat(100)}`])
    assert.ok(celProblem(wrong), wrong);
});

test('a Rego policy reports texts and objects', async () => {
  const result = ['one', { msg: 'two', address: 'a.b' }, { message: 'three' }];
  expect(await evaluate(rego(compiledPolicy(result)))).toStrictEqual([
    'null: broken: one',
    'a.b: broken: two',
    'null: broken: three',
  ]);
  expect(await evaluate(rego(compiledPolicy([]), { entrypoint: 'deploy/deny' }))).toStrictEqual([]);
  expect(await evaluate(rego(compiledPolicy(true)))).toStrictEqual(['null: broken']);
});

test('a Rego policy with an unknown entry point, or no policy, counts as violated', async () => {
  const [wrong] = await evaluate(rego(compiledPolicy([]), { entrypoint: 'x/y' }));
  expect(wrong ?? '').toMatch(/cannot be evaluated: entrypoint x\/y/);
  const [none] = await evaluate(rego(Buffer.from('no bundle')));
  expect(none ?? '').toMatch(/cannot be evaluated/);
});

test('the result of a Rego policy is limited in size', async () => {
  const [long] = await evaluate(rego(compiledPolicy([], { answerLength: 9_000_000 })));
  expect(long ?? '').toMatch(/the policy's result is larger than 8 MB/);
  const [text] = await evaluate(rego(compiledPolicy(['x'.repeat(5000)])));
  expect(text).toBe(`null: broken: ${'x'.repeat(1000)}`);
});

test('a Rego policy must not reserve its own memory or a large table', async () => {
  const module = compiledPolicy([]);
  const after = (section: number[]) => Uint8Array.from([...module, ...section]);
  await expect(readBundle(after([5, 3, 1, 0, 1]))).rejects.toThrow(/the policy defines its own memory/);
  await expect(readBundle(after([4, 6, 1, 0x70, 0, 0xc0, 0x84, 0x3d]))).rejects.toThrow(
    /tables are too large/,
  );
  await expect(readBundle(after([4, 7, 2, 0x70, 0, 1, 0x70, 0, 1]))).rejects.toThrow(/tables are too large/);
  await expect(readBundle(module.slice(0, 9))).rejects.toThrow(/WebAssembly/);
  const data = Buffer.from(`"${'x'.repeat(5_000_000)}"`);
  const bundle = await tarOf({ '/policy.wasm': module, '/data.json': data });
  await expect(readBundle(gzipSync(bundle))).rejects.toThrow(/larger than 4 MB/);
});

test('plan keys that are reserved words work like any other', async () => {
  const tags = JSON.parse('{"__proto__":{"Owner":"x"},"a":"b"}');
  const tagged = { resource_changes: [change('aws_s3_bucket', { tags })] };
  for (const expression of ['!("Owner" in resource.after.tags)', '!has(resource.after.tags.constructor)']) {
    const { verdict } = await evaluateUserRules(tagged, settingsOf(cel(expression)));
    assert.equal(verdict, 'block', expression);
  }
});

test('a bundle made by opa build is read', async () => {
  const wasm = compiledPolicy([]);
  const bundle = gzipSync(await tarOf({ '/data.json': Buffer.from('{"a":1}'), '/policy.wasm': wasm }));
  expect(await readBundle(bundle)).toStrictEqual({ wasm, data: { a: 1 } });
  await expect(readBundle(gzipSync(await tarOf({ '/x': wasm })))).rejects.toThrow(/no policy.wasm/);
  await expect(readBundle(gzipSync(Buffer.alloc(1024, 'x')))).rejects.toThrow(/not a tar/);
});

async function tarOf(files: Record<string, Uint8Array>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, Buffer.from(content));
  archive.finalize();
  return buffer(archive);
}
