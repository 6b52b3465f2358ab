import assert from 'node:assert/strict';
import { z } from 'zod';
import { Redactor } from '../projects/redaction/redactor.ts';
import { type Owner, redactAnswer } from './redact-answer.ts';

const text = z.string();
const asked: Owner[] = [];
/** The secret of project `a` is `secret-of-a`, and of its job `j` also `secret-of-j`. */
async function redactorOf({ projectId, jobId }: Owner): Promise<Redactor> {
  asked.push({ projectId, jobId });
  const secrets = [projectId, jobId].flatMap((name) => (name ? [`secret-of-${name}`] : []));
  return new Redactor(secrets);
}
const redact = (schema: z.ZodType, answer: unknown, owner: Owner = { projectId: 'a' }) =>
  redactAnswer(schema, answer, owner, redactorOf);
const both = 'secret-of-a secret-of-b';

test('strings are redacted wherever the schema has them', async () => {
  const places: [z.ZodType, (value: string) => unknown][] = [
    [text, (value) => value],
    [text.min(1).max(99), (value) => value],
    [z.any(), (value) => ({ deep: [value] })],
    [z.unknown(), (value) => [{ [value]: 1 }]],
    [z.array(text), (value) => ['x', value]],
    [z.array(z.object({ note: text })), (value) => [{ note: value }]],
    [z.record(text, text), (value) => ({ name: value })],
    [z.record(text, z.object({ note: text })), (value) => ({ name: { note: value } })],
    [z.object({ note: text }), (value) => ({ note: value })],
    [z.object({ note: text.nullable() }), (value) => ({ note: value })],
    [z.object({ note: text.optional() }), (value) => ({ note: value })],
    [z.object({ note: text.default('x') }), (value) => ({ note: value })],
    [z.union([z.number(), text]), (value) => value],
    [z.union([z.object({ n: z.number() }), z.object({ note: text })]), (value) => ({ note: value })],
    [z.union([z.number(), z.boolean()]), (value) => value],
    [text.transform((value) => value).pipe(text), (value) => value],
    [z.object({}), (value) => ({ more: value })],
    [z.object({}), (value) => ({ more: { deep: [value] } })],
  ];
  for (const [index, [schema, put]] of places.entries()) {
    const redacted = JSON.stringify(await redact(schema, put(both)));
    assert.equal(redacted, JSON.stringify(put('(redacted) secret-of-b')), `place ${index}`);
  }
});

test('names in a record are redacted too, and two names that become equal are kept apart', async () => {
  const schema = z.record(text, z.number());
  const answer = { 'secret-of-a': 1, 'x-secret-of-a': 2, plain: 3 };
  expect(await redact(schema, answer)).toStrictEqual({ '(redacted)': 1, 'x-(redacted)': 2, plain: 3 });
  const same = new Redactor(['first-secret', 'other-secret']);
  const redacted = await redactAnswer(
    schema,
    { 'first-secret': 1, 'other-secret': 2, more: 3 },
    {},
    async () => same,
  );
  expect(redacted).toStrictEqual({ '(redacted)': 1, '(redacted) 2': 2, more: 3 });
});

test('numbers, enumerations, strings with a fixed pattern and fields that the engine fills are kept', async () => {
  const everything = async () => new Redactor(['failed', '4711', 'deploy-1', '2026-01-01', 'abcd', 'true']);
  const schema = z.object({
    status: z.enum(['failed', 'done']),
    count: z.number(),
    ok: z.boolean(),
    job: text.regex(/^deploy-/),
    jobId: text,
    finishedAt: text,
    planDigest: text,
    serial: z.any(),
    nothing: text.nullable(),
    absent: text.optional(),
  });
  const answer = {
    ...{ status: 'failed', count: 4711, ok: true, job: 'deploy-1', jobId: 'deploy-1' },
    ...{ finishedAt: '2026-01-01', planDigest: 'abcd', serial: '4711', nothing: null, absent: undefined },
  };
  expect(await redactAnswer(schema, answer, {}, everything)).toStrictEqual(answer);
});

test('a field that only resembles one of the engine’s, or that holds more than a string, is redacted', async () => {
  const schema = z.object({
    objectId: text,
    callerIdText: text,
    identity: text,
    format: text,
    lastId: z.any(),
    history: z.array(text),
  });
  const redacted = await redact(schema, {
    ...{ objectId: both, callerIdText: both, identity: both, format: both },
    ...{ lastId: { deep: both }, history: [both] },
  });
  const hidden = '(redacted) secret-of-b';
  expect(redacted).toStrictEqual({
    ...{ objectId: hidden, callerIdText: hidden, identity: hidden, format: hidden },
    ...{ lastId: { deep: hidden }, history: [hidden] },
  });
});

test('an item that names its project and job is redacted with the secrets of both', async () => {
  const item = z.object({ projectId: text, jobId: text.optional(), note: text });
  const redacted = await redact(z.object({ items: z.array(item), note: text }), {
    note: both,
    items: [
      { projectId: 'a', note: both },
      { projectId: 'b', note: both },
      { projectId: 'b', jobId: 'j', note: `${both} secret-of-j` },
      { projectId: 'b', note: both },
      { projectId: 'c', note: both },
    ],
  });
  expect(redacted).toStrictEqual({
    note: '(redacted) secret-of-b',
    items: [
      { projectId: 'a', note: '(redacted) secret-of-b' },
      { projectId: 'b', note: 'secret-of-a (redacted)' },
      { projectId: 'b', jobId: 'j', note: 'secret-of-a (redacted) (redacted)' },
      { projectId: 'b', note: 'secret-of-a (redacted)' },
      { projectId: 'c', note: both },
    ],
  });
});

test('an answer about a job is redacted with that job’s secrets, even if it names the project too', async () => {
  const schema = z.object({ projectId: text, note: text });
  const owner = { projectId: 'a', jobId: 'j' };
  const answer = { projectId: 'a', note: 'secret-of-a secret-of-j' };
  expect(await redact(schema, answer, owner)).toStrictEqual({
    projectId: 'a',
    note: '(redacted) (redacted)',
  });
});

test('each owner’s secrets are read once, and not at all for an answer without a string', async () => {
  asked.length = 0;
  await redact(z.array(text), ['x', 'y', 'z']);
  expect(asked).toStrictEqual([{ projectId: 'a', jobId: undefined }]);
  asked.length = 0;
  await redact(z.object({ jobId: text, count: z.number() }), { jobId: 'j', count: 1 });
  expect(asked).toStrictEqual([]);
});
