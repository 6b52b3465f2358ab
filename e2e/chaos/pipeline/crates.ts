import type { Client } from '../../../testing/client.ts';
import type { LocalAws } from '../../../testing/local-aws.ts';

/** Components of the stack `crates` by what each needs, in three waves. */
export const crates: Record<string, string[]> = {
  'base/left': [],
  'base/right': [],
  'mid/both': ['base/left', 'base/right'],
  'top/last': ['base/right', 'mid/both'],
};

/** Objects of one crate: a box, whose id is chosen when it is made, and a label. */
export const objectsPerCrate = 2;

/** What exists of a crate: ids of its boxes, and what its label says of its box and of those that it needs. */
export type FoundCrate = { boxes: string[]; label: { box: string; needs: string[] } | undefined };

/** A sort of crates, and how to find what exists of them by component; crates without an object are not found. */
export type Crates = {
  /** The deployment repository, path → text. */
  files: Record<string, string>;
  /** Type of the resource of a box, whose ids in the state are compared; undefined if only the states know of boxes. */
  boxType: string | undefined;
  existing(environment: string): Promise<Map<string, FoundCrate>>;
};

export function projectOf(environment: string, component: string): string {
  return `crates.${environment}.${component.replace('/', '.')}`;
}

/** Crates in the local AWS, whose own API says what exists: a gateway, whose id the cloud chooses, and a parameter. */
export function awsCrates(aws: LocalAws): Crates {
  return {
    files: repository(awsMain, 'aws_internet_gateway.this.id'),
    boxType: 'aws_internet_gateway',
    existing: (environment) => cratesInAws(aws, environment),
  };
}

/** Crates that exist in the state only: cheap, but nothing else knows of them. */
export function builtinCrates(client: Client): Crates {
  return {
    files: repository(builtinMain, 'terraform_data.box.id'),
    boxType: undefined,
    existing: (environment) => cratesInStates(client, environment),
  };
}

function repository(main: string, box: string): Record<string, string> {
  const files: Record<string, string> = { ...kindFiles(main, box), 'stacks/crates/stack.yaml': stackFile };
  for (const [id, needed] of Object.entries(crates)) {
    const [service = '', name = ''] = id.split('/');
    const sources = needed.map((component) => ({ name: component, valueFrom: { component, output: 'box' } }));
    const folder = `stacks/crates/services/${service}`;
    files[`${folder}/service.yaml`] = document('core', 'Service', { name: service }, {});
    files[`${folder}/components/${name}/crate.yaml`] = document('components', 'Crate', { name }, { sources });
  }
  return files;
}

async function cratesInAws(aws: LocalAws, environment: string): Promise<Map<string, FoundCrate>> {
  const found = new Map<string, FoundCrate>();
  const crateOf = (id: string) => {
    const crate = found.get(id) ?? { boxes: [], label: undefined };
    found.set(id, crate);
    return crate;
  };
  const answer = await aws.call('ec2', { query: 'Action=DescribeInternetGateways&Version=2016-11-15' });
  for (const item of answer.split(/(?=<internetGatewayId>)/).slice(1)) {
    const [, box = ''] = /<internetGatewayId>([^<]+)/.exec(item) ?? [];
    const [, crate = ''] = /<key>Crate<\/key>\s*<value>([^<]+)/.exec(item) ?? [];
    if (crate.startsWith(`${environment}/`)) crateOf(crate.slice(environment.length + 1)).boxes.push(box);
  }
  const path = `/crates/${environment}`;
  const target = 'AmazonSSM.GetParametersByPath';
  const stored = JSON.parse(await aws.call('ssm', { target, body: { Path: path, Recursive: true } }));
  for (const { Name, Value } of stored.Parameters as { Name: string; Value: string }[])
    crateOf(Name.slice(path.length + 1)).label = JSON.parse(Value);
  return found;
}

type StoredResource = {
  name: string;
  instances: { attributes: { id: string; input: { value: FoundCrate['label'] } } }[];
};

async function cratesInStates(client: Client, environment: string): Promise<Map<string, FoundCrate>> {
  const found = new Map<string, FoundCrate>();
  for (const component of Object.keys(crates)) {
    const { body } = await client.get(`/api/deploy/state/${projectOf(environment, component)}`);
    const resources = (body.state?.resources ?? []) as StoredResource[];
    if (resources.length === 0) continue;
    const instances = (name: string) =>
      resources.filter((each) => each.name === name).flatMap((each) => each.instances);
    const [label] = instances('label').map(({ attributes }) => attributes.input.value);
    found.set(component, { boxes: instances('box').map(({ attributes }) => attributes.id), label });
  }
  return found;
}

/** JSON is YAML. */
function document(group: string, kind: string, metadata: object, spec: object): string {
  return JSON.stringify({ apiVersion: `${group}.deployer.io/v1`, kind, metadata, spec });
}

const stackFile = document(
  'core',
  'Stack',
  { name: 'crates' },
  { provider: { name: 'aws', region: 'us-east-1' } },
);

const needs = `
locals {
  sources = try(var.spec.sources, [])
  needs   = [for source in local.sources : var.inputs["\${source.valueFrom.component}.\${source.valueFrom.output}"]]
  path    = "\${var.context.environment}/\${var.context.service}/\${var.context.component}"
}
`;

const awsMain = `${needs}
resource "aws_internet_gateway" "this" {
  tags = { Crate = local.path }
}
resource "aws_ssm_parameter" "this" {
  name  = "/crates/\${local.path}"
  type  = "String"
  value = jsonencode({ box = aws_internet_gateway.this.id, needs = local.needs })
}
`;

const builtinMain = `${needs}
resource "terraform_data" "box" {
}
resource "terraform_data" "label" {
  input = { box = terraform_data.box.id, needs = local.needs }
}
`;

function kindFiles(main: string, box: string): Record<string, string> {
  const kind = { group: 'other', stateful: false, usualMinutes: 1 };
  const variables = ['spec', 'context', 'configs', 'inputs'];
  return {
    'kinds/Crate/kind.yaml': document('kinds', 'Kind', { name: 'Crate' }, kind),
    'kinds/Crate/schema.json': '{"type": "object", "additionalProperties": true}',
    'kinds/Crate/main.tf': main,
    'kinds/Crate/variables.tf': variables
      .map((name) => `variable "${name}" {\n  type = any\n  default = {}\n}\n`)
      .join(''),
    'kinds/Crate/outputs.tf': `output "box" {\n  value = ${box}\n}\n`,
  };
}
