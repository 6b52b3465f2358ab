import assert from 'node:assert/strict';
import { testAtOnce } from '../../scripts/jest/at-once.ts';
import { describeUnless } from '../../scripts/jest/unless.ts';
import { skipWithoutAws } from '../../testing/local-aws.ts';
import { bareTerraform } from './support/bare-terraform.ts';
import { Stage } from './support/stage.ts';
import { Trap } from './support/trap.ts';

/** Code that does not mean what it seems to, because a name is hidden or an address is an argument. */
type Attack = {
  row: number;
  name: string;
  files: (trap: Trap) => Record<string, string>;
  finding: string;
  /** The rule cannot be disabled: plain Terraform shows that the attack works. */
  always?: boolean;
};

const output = (expression: string) => ({ 'main.tf': `output "x" {\n  value = ${expression}\n}\n` });
const readsModuleFile = `file("\${path.module}/secret.txt")`;

const attacks: Attack[] = [
  {
    row: 10,
    name: 'a variable of for is called path',
    files: ({ directory }) => output(`[for path in [{ module = "${directory}" }] : ${readsModuleFile}]`),
    finding: 'PRE-FILE-FUNCTION',
  },
  {
    row: 10,
    name: 'a loop of a template is called path',
    files: ({ directory }) =>
      output(`"%{for path in [{ module = "${directory}" }]}\${${readsModuleFile}}%{endfor}"`),
    finding: 'PRE-FILE-FUNCTION',
  },
  {
    row: 10,
    name: 'an argument of a template file is called path',
    files: ({ directory }) => ({
      ...output(`templatefile("t.tftpl", { path = { module = "${directory}" } })`),
      't.tftpl': `\${${readsModuleFile}}`,
    }),
    finding: 'PRE-FILE-FUNCTION',
  },
  {
    row: 10,
    name: 'a variable of for is called each',
    files: ({ secretFile }) => ({
      'a.txt': '',
      'main.tf': `resource "terraform_data" "x" {\n  for_each = fileset(path.module, "*.txt")\n  input = [for each in [{ value = "${secretFile}" }] : file(each.value)]\n}\n`,
    }),
    finding: 'PRE-FILE-FUNCTION',
  },
  {
    row: 10,
    name: 'the iterator of a dynamic block is called each',
    files: ({ secretFile }) => ({
      'a.txt': '',
      'main.tf': `resource "aws_security_group" "x" {\n  for_each = fileset(path.module, "*.txt")\n  dynamic "ingress" {\n    iterator = each\n    for_each = ["${secretFile}"]\n    content {\n      from_port   = 1\n      to_port     = 1\n      protocol    = "tcp"\n      description = file(each.value)\n    }\n  }\n}\n`,
    }),
    finding: 'PRE-BLOCK',
    always: true,
  },
  {
    row: 13,
    name: 'a data source of a cloud asks an address of the code',
    files: ({ url }) => ({
      'main.tf': `data "aws_ip_ranges" "x" {\n  services = ["ec2"]\n  url      = "${url}/x"\n}\n`,
    }),
    finding: 'PRE-DATA-SOURCE',
  },
];

describeUnless(skipWithoutAws())('code that hides names and addresses', () => {
  // Each attempt has a trap of its own.
  const test = testAtOnce({ atMost: 3 });
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ aws: true });
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());
  const worked = (shown: string, trap: Trap) => shown.includes(trap.canary) || trap.heard.length > 0;

  for (const { row, name, files, finding, always } of attacks)
    test(`row ${row}: ${name}`, async () => {
      await using open = await Trap.set();
      const said = always
        ? await bareTerraform(files(open), { env: stage.aws?.env })
        : (await stage.deploy({ preflight: false, sandbox: false }, files(open))).shown;
      assert.ok(
        worked(said, open),
        `without the control the attack does not work: the test is vacuous:\n${said}`,
      );

      await using trap = await Trap.set();
      const code = files(trap);
      if (!always) {
        const inside = await stage.deploy({ preflight: false, sandbox: true }, code);
        assert.ok(!worked(inside.shown, trap), `it worked in the sandbox:\n${inside.shown}`);
      }
      const { job, findings, shown } = await stage.deploy({ preflight: true, sandbox: true }, code);
      assert.equal(job.failure?.reason, 'policy_denied', job.error);
      assert.ok(findings.includes(finding), `${finding} is not in ${findings}`);
      assert.ok(!worked(shown, trap));
    });
});
