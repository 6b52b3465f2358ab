import assert from 'node:assert/strict';
import type { Attack } from './attack.ts';
import { bareTerraform } from './bare-terraform.ts';
import type { Stage } from './stage.ts';
import { Trap } from './trap.ts';

const [on, off] = [
  { preflight: true, sandbox: true },
  { preflight: false, sandbox: false },
];

/** Requires that an attack works without the controls, and with neither of them. Each attempt has a trap of its own. */
export async function requireDenied(
  stage: Stage,
  { files: filesFor, findings, evidence, always }: Attack,
): Promise<void> {
  await using open = await Trap.set();
  const shown = always
    ? await bareTerraform(filesFor(open), { env: stage.aws?.env })
    : (await stage.deploy(off, filesFor(open))).shown;
  assert.ok(
    await evidence({ shown, trap: open, stage }),
    `without the control the attack does not work: the test is vacuous:\n${shown}`,
  );

  await using trap = await Trap.set();
  const files = filesFor(trap);
  if (!always) {
    const inside = await stage.deploy({ preflight: false, sandbox: true }, files);
    const worked = await evidence({ shown: inside.shown, trap, stage });
    assert.ok(!worked, `it worked in the sandbox: ${inside.job.status}\n${inside.shown}`);
  }
  const denied = await stage.deploy(on, files);
  expect(denied.job.status).toBe('failed');
  assert.equal(denied.job.failure?.reason, 'policy_denied', denied.job.error);
  for (const id of findings) assert.ok(denied.findings.includes(id), `${id} is not in ${denied.findings}`);
  assert.ok(!(await evidence({ shown: denied.shown, trap, stage })));
}
