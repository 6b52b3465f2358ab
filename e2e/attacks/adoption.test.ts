import assert from 'node:assert/strict';
import { testUnless } from '../../scripts/jest/unless.ts';
import { skipWithoutAws } from '../../testing/local-aws.ts';
import { Stage } from './support/stage.ts';

const on = { preflight: true, sandbox: true };
const off = { preflight: false, sandbox: false };

/** No setting allows this, so there is no engine on which the attack works. */
testUnless(skipWithoutAws())(
  'row 18: a table of somebody else is adopted after a failed creation, and destroyed with the project',
  async () => {
    await using stage = await Stage.open({ aws: true });
    const table =
      'resource "aws_dynamodb_table" "t" {\n  name = "of-victim"\n  hash_key = "id"\n  billing_mode = "PAY_PER_REQUEST"\n  attribute {\n    name = "id"\n    type = "S"\n  }\n}\n';
    const files = { 'main.tf': table };
    const exists = async () => {
      const { job } = await stage.deploy(off, files, { projectId: 'victim' });
      assert.equal(job.status, 'completed', job.error);
      return job.plan?.create === 0;
    };
    assert.ok(!(await exists()));
    const failed = await stage.deploy(on, files, { projectId: 'thief' });
    expect(failed.job.error ?? '').toMatch(/ResourceInUse/);
    const { job } = await stage.deploy(on, files, { projectId: 'thief' });
    assert.deepEqual(
      [job.status, job.waitingReason],
      ['awaiting_approval', 'unaccounted_objects'],
      job.error,
    );
    assert.ok(await exists());
  },
);
