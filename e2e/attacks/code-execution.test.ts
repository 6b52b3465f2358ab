import assert from 'node:assert/strict';
import { testAtOnce } from '../../scripts/jest/at-once.ts';
import { describeUnless } from '../../scripts/jest/unless.ts';
import { createClient } from '../../testing/client.ts';
import { skipWithoutAws } from '../../testing/local-aws.ts';
import { bareTerraform } from './support/bare-terraform.ts';
import { requireDenied } from './support/require-denied.ts';
import { Stage } from './support/stage.ts';
import { startingAttacks } from './support/starting-attacks.ts';
import { Trap } from './support/trap.ts';

const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
const [on, off] = [
  { preflight: true, sandbox: true },
  { preflight: false, sandbox: false },
];

describeUnless(skipWithoutAws())('code that starts a program, or takes what is not its own', () => {
  // Each has traps and projects of its own.
  const test = testAtOnce({ atMost: 3 });
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ aws: true });
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  for (const attack of startingAttacks)
    test(`row ${attack.row}: ${attack.name}`, () => requireDenied(stage, attack));

  test('row 5: a provider program beside the code', async () => {
    await using trap = await Trap.set();
    const program = `terraform.d/plugins/registry.terraform.io/hashicorp/evil/1.0.0/${platform}/terraform-provider-evil_v1.0.0`;
    const files = {
      [program]: `#!/bin/sh\necho ran > ${trap.mark}\n`,
      'main.tf':
        'terraform {\n  required_providers {\n    evil = { source = "hashicorp/evil" }\n  }\n}\nprovider "evil" {}\n',
    };
    await bareTerraform(files, { programs: [program] });
    assert.ok(trap.isMarked(), 'without the control the attack does not work: the test is vacuous');
    await trap.reset();
    const client = createClient((await stage.engine(off)).url);
    for (const path of [
      program,
      program.replace('terraform.d/plugins', '.terraform/providers'),
      '.terraformrc',
    ]) {
      const answer = await client.post('/api/deploy', {
        projectId: 'plugin',
        files: { 'main.tf': files['main.tf'], [path]: files[program] },
      });
      assert.equal(answer.status, 400, path);
    }
    const { job } = await stage.deploy({ preflight: false, sandbox: true }, { 'main.tf': files['main.tf'] });
    expect(job.failure?.step).toBe('init');
    assert.ok(!trap.isMarked());
  });

  /** No setting allows this, so there is no engine on which the attack works. */
  test('row 18: a table of somebody else is adopted after a failed creation, and destroyed with the project', async () => {
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
  });
});
