import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../support/client.ts';
import { skipWithoutAws } from '../support/local-aws.ts';
import { type Controls, Stage } from './support/stage.ts';

const on = { preflight: true, sandbox: true };
const off = { preflight: false, sandbox: false };

test('row 18: a table of somebody else is adopted after a failed creation, and destroyed with the project', {
  skip: skipWithoutAws(),
}, async () => {
  await using stage = await Stage.open({ aws: true });
  const table =
    'resource "aws_dynamodb_table" "t" {\n  name = "of-victim"\n  hash_key = "id"\n  billing_mode = "PAY_PER_REQUEST"\n  attribute {\n    name = "id"\n    type = "S"\n  }\n}\n';
  const files = { 'main.tf': table };
  const exists = async () => {
    const { job } = await stage.deploy(off, files, { projectId: 'victim' });
    assert.equal(job.status, 'completed', job.error);
    return job.plan?.create === 0;
  };
  const steal = async (controls: Controls) => {
    const failed = await stage.deploy(controls, files, { projectId: 'thief' });
    assert.match(failed.job.error ?? '', /ResourceInUse/);
    return (await stage.deploy(controls, files, { projectId: 'thief' })).job;
  };
  assert.ok(!(await exists()));
  const stolen = await steal(off);
  assert.equal(stolen.status, 'completed', stolen.error);
  await createClient((await stage.engine(off)).url).complete('/api/deploy/destroy', { projectId: 'thief' });
  assert.ok(!(await exists()), 'the attack does not work by itself');

  const job = await steal(on);
  assert.equal(job.status, 'awaiting_approval', job.error);
  assert.ok(await exists());
});
