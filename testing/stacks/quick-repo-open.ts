import { join } from 'node:path';
import { readKinds } from '@deployment-engine/stacks';
import { builtInKinds, readTree } from '../repository.ts';

/** Kinds that the provider polls for 30 to 80 s whatever a local AWS answers → the kinds that stand in for them. */
const standIns = { RDS: 'QuickDatabase', ElastiCacheRedis: 'QuickCache', SQS: 'QuickQueue' };

/** Code of the one resource of a stand-in, and an attribute that is known after its first apply and then stays. */
const resources = {
  builtin: { known: 'terraform_data.this.id', code: 'resource "terraform_data" "this" {\n}\n' },
  aws: {
    known: 'aws_ssm_parameter.this.arn',
    code: `
resource "aws_ssm_parameter" "this" {
  name  = "/\${var.context.name}"
  type  = "String"
  value = jsonencode(var.spec)
}
`,
  },
};

/**
 * Returns the example repository for a deploy in seconds, path → text. One resource stands in for the database, the cache
 * and the queue each, with the outputs of their kinds: of Terraform itself, or an AWS parameter. Without the load balancer
 * and the bucket's lifecycle rules, which are polled too. All else is as people wrote it.
 */
export function quickRepoOpen(resource: keyof typeof resources = 'builtin'): Record<string, string> {
  const files = Object.fromEntries(readTree(join(import.meta.dirname, 'repo-open')));
  for (const [path, text] of Object.entries(files))
    if (path.startsWith('stacks/')) files[path] = quick(path, text);
  const { kinds } = readKinds(builtInKinds());
  for (const [name, standIn] of Object.entries(standIns))
    Object.assign(files, kindFiles(standIn, kinds.get(name)?.outputs ?? [], resources[resource]));
  return files;
}

/** Replaces a text that must be there. */
export function edited(files: Record<string, string>, path: string, from: string, to: string) {
  const text = files[path];
  if (!text?.includes(from)) throw new Error(`editing ${path}: it does not contain ${from}`);
  return { ...files, [path]: text.replaceAll(from, to) };
}

function quick(path: string, text: string): string {
  if (path.endsWith('uploads/s3.yaml')) return text.replace(/spec:\n[\s\S]*/, 'spec: {}\n');
  if (path === 'stacks/user-platform/services/user-service/components/api/infra.yaml')
    return text.replace('enabled: true', 'enabled: false');
  return Object.entries(standIns).reduce(
    (result, [name, standIn]) =>
      result.replace(`kind: ${name}\n`, `kind: ${standIn}\n`).replace(`    ${name}:\n`, `    ${standIn}:\n`),
    text,
  );
}

function kindFiles(
  name: string,
  outputs: string[],
  { code, known }: { code: string; known: string },
): Record<string, string> {
  const declared = ['spec', 'context', 'configs', 'inputs'];
  const kind = { apiVersion: 'kinds.deployer.io/v1', kind: 'Kind', metadata: { name } };
  const files = {
    'kind.yaml': JSON.stringify({ ...kind, spec: { group: 'other', stateful: true, usualMinutes: 10 } }),
    'schema.json': '{"type": "object", "additionalProperties": true}',
    'variables.tf': declared.map((each) => `variable "${each}" {\n  type = any\n}\n`).join('\n'),
    'main.tf': code,
    'outputs.tf': outputs
      .map((output) => `output "${output}" {\n  value = "${output}.\${${known}}"\n}\n`)
      .join('\n'),
  };
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [`kinds/${name}/${file}`, text]));
}
