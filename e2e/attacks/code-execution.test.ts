import assert from 'node:assert/strict';
import { testAtOnce } from '../../scripts/jest/at-once.ts';
import { describeUnless } from '../../scripts/jest/unless.ts';
import { createClient } from '../../testing/client.ts';
import { skipWithoutAws } from '../../testing/local-aws.ts';
import { bareTerraform } from './support/bare-terraform.ts';
import { Stage } from './support/stage.ts';
import { Trap } from './support/trap.ts';

const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

/** Code that starts a program, which writes a mark outside its project if the attack works. */
type Attack = {
  row: number;
  name: string;
  files: (mark: string) => Record<string, string>;
  /** Findings that deny it. */
  findings: string[];
  /** The rule cannot be disabled: plain Terraform shows that the attack works. */
  always?: boolean;
};

const credentialProcess = (mark: string) => `sh -c "echo ran > ${mark}; echo {}"`;
/** Terraform code and an INI file at once: Terraform's comment is a profile in INI. */
const polyglot = (block: string, mark: string) => `/*
[profile x]
credential_process = ${credentialProcess(mark)}
region = us-east-1
*/
${block}
`;
const kubeconfig = (mark: string) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:9' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
    users: [
      {
        name: 'u',
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1beta1',
            command: 'sh',
            args: ['-c', `echo ran > ${mark}`],
            interactiveMode: 'Never',
          },
        },
      },
    ],
  });
const provisioner = (mark: string, when = '') =>
  `provisioner "local-exec" {\n${when}    command = "echo ran > ${mark}"\n  }`;

const attacks: Attack[] = [
  {
    row: 1,
    name: 'a provider reads its own main.tf as a profile with a credential_process',
    files: (mark) => ({
      'main.tf': polyglot(
        'provider "aws" {\n  shared_config_files = ["./main.tf"]\n  profile = "x"\n}\ndata "aws_caller_identity" "me" {}\n',
        mark,
      ),
    }),
    findings: ['PRE-PROVIDER-ARGUMENT'],
  },
  {
    row: 1,
    name: 'the same with the arguments in a .tf.json file',
    files: (mark) => ({
      'a.tf': polyglot('data "aws_caller_identity" "me" {}', mark),
      'p.tf.json': JSON.stringify({ provider: { aws: { shared_config_files: ['a.tf'], profile: 'x' } } }),
    }),
    findings: ['PRE-PROVIDER-ARGUMENT'],
  },
  {
    row: 2,
    name: 'the s3 remote state reads main.tf as a profile',
    files: (mark) => ({
      'main.tf': polyglot(
        'data "terraform_remote_state" "s" {\n  backend = "s3"\n  config = { bucket = "b", key = "k", region = "us-east-1", shared_config_files = ["main.tf"], profile = "x", skip_requesting_account_id = true }\n}',
        mark,
      ),
    }),
    findings: ['PRE-DATA-SOURCE'],
  },
  {
    row: 2,
    name: 'the s3 backend reads main.tf as a profile',
    files: (mark) => ({
      'main.tf': polyglot(
        'terraform {\n  backend "s3" {\n    bucket = "b"\n    key = "k"\n    region = "us-east-1"\n    shared_config_files = ["main.tf"]\n    profile = "x"\n  }\n}',
        mark,
      ),
    }),
    findings: ['PRE-BACKEND'],
    always: true,
  },
  {
    row: 3,
    name: 'the kubernetes backend starts the program of a kubeconfig',
    files: (mark) => ({
      'kube.json': kubeconfig(mark),
      'main.tf':
        'terraform {\n  backend "kubernetes" {\n    secret_suffix = "s"\n    config_path = "kube.json"\n  }\n}',
    }),
    findings: ['PRE-BACKEND'],
    always: true,
  },
  {
    row: 3,
    name: 'the kubernetes remote state starts the program of a kubeconfig',
    files: (mark) => ({
      'kube.json': kubeconfig(mark),
      'main.tf':
        'data "terraform_remote_state" "s" {\n  backend = "kubernetes"\n  config = { secret_suffix = "s", config_path = "kube.json" }\n}',
    }),
    findings: ['PRE-DATA-SOURCE'],
  },
  {
    row: 4,
    name: 'a provisioner',
    files: (mark) => ({ 'main.tf': `resource "terraform_data" "a" {\n  ${provisioner(mark)}\n}` }),
    findings: ['PRE-PROVISIONER'],
  },
  {
    row: 4,
    name: 'a provisioner in an override file',
    files: (mark) => ({
      'main.tf': 'resource "terraform_data" "a" {}',
      'x_override.tf.json': JSON.stringify({
        resource: {
          terraform_data: { a: { provisioner: { 'local-exec': { command: `echo ran > ${mark}` } } } },
        },
      }),
    }),
    findings: ['PRE-OVERRIDE'],
    always: true,
  },
  {
    row: 4,
    name: 'a provisioner in a module',
    files: (mark) => ({
      'main.tf': 'module "m" {\n  source = "./m"\n}',
      'm/main.tf': `resource "terraform_data" "a" {\n  ${provisioner(mark)}\n}`,
    }),
    findings: ['PRE-PROVISIONER'],
  },
  {
    row: 4,
    name: 'a provisioner in JSON with escaped names',
    files: (mark) => ({
      'main.tf.json': `{"resource":{"terraform_data":{"a":{"\\u0070rovisioner":[{"local\\u002dexec":{"command":"echo ran > ${mark}"}}]}}}}`,
    }),
    findings: ['PRE-PROVISIONER'],
  },
  {
    row: 19,
    name: 'a provisioner under the first of two equal keys, of which most parsers see the last',
    files: (mark) => ({
      'main.tf.json': `{"resource":{"terraform_data":{"a":{"provisioner":{"local-exec":{"command":"echo ran > ${mark}"}}}}},"resource":{"terraform_data":{"b":{}}}}`,
    }),
    findings: ['PRE-DUPLICATE-KEY'],
    always: true,
  },
];

describeUnless(skipWithoutAws())('code that starts a program', () => {
  // Each has a trap of its own.
  const test = testAtOnce({ atMost: 3 });
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ aws: true });
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  for (const attack of attacks)
    test(`row ${attack.row}: ${attack.name}`, async () => {
      await using trap = await Trap.set();
      const files = attack.files(trap.mark);
      if (attack.always) await bareTerraform(files, { env: stage.aws?.env });
      else await stage.deploy({ preflight: false, sandbox: false }, files);
      assert.ok(trap.isMarked(), 'without the control the attack does not work: the test is vacuous');

      await trap.reset();
      if (!attack.always) {
        const { job } = await stage.deploy({ preflight: false, sandbox: true }, files);
        assert.ok(!trap.isMarked(), `the program ran in the sandbox: ${job.status}`);
      }
      const { job, findings } = await stage.deploy({ preflight: true, sandbox: true }, files);
      expect(job.status).toBe('failed');
      expect(job.failure?.reason).toBe('policy_denied');
      for (const id of attack.findings) assert.ok(findings.includes(id), `${id} is not in ${findings}`);
      assert.ok(!trap.isMarked());
    });

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
    const client = createClient((await stage.engine({ preflight: false, sandbox: false })).url);
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
});
