import {
  type ComponentPlan,
  componentFiles,
  readKinds,
  resolveStack,
  stackPlan,
} from '@deployment-engine/stacks';
import { builtInKinds } from '../testing/repository.ts';

export type StackSource = {
  files: Record<string, string>;
  stack: string;
  environment: string;
  variables: Record<string, string>;
};

const foundation = '_foundation';
const network = ['vpcId', 'privateSubnetIds', 'publicSubnetIds', 'internalCidrs'];
const platform = ['clusterArn', 'clusterName', 'namespaceId', 'namespaceName'];

/**
 * Writes a stack as people would who deploy it without the engine: one root with a module per component, the same kinds and
 * the same values, path → text.
 */
export function stackRoot({ files, ...request }: StackSource): Record<string, string> {
  const kinds = readKinds(builtInKinds());
  const resolution = resolveStack({ ...request, files: new Map(Object.entries(files)), kinds });
  if (resolution.errors) throw new Error(`resolving the stack: ${resolution.errors[0]?.message}`);
  const root: Record<string, string> = { 'main.tf': head };
  for (const component of stackPlan(resolution, resolution.kinds).components) {
    const kind = resolution.kinds.kinds.get(component.kind);
    if (!kind) throw new Error(`there is no kind ${component.kind}`);
    const project = componentFiles({ ...request, component, kind, provider: { region: component.region } });
    for (const [path, text] of Object.entries(project)) {
      if (path.startsWith('kinds/')) root[path] = text;
      if (path.endsWith('.json')) root[`${moduleOf(component.id)}/${path}`] = text;
    }
    root['main.tf'] += moduleCode(component);
  }
  return root;
}

const head = `terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.100" }
  }
}
provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = { ManagedBy = "hand" }
  }
}
`;

function moduleCode({ id, kind, inputs }: ComponentPlan): string {
  const name = moduleOf(id);
  const others = inputs.filter(({ component }) => component !== foundation);
  const read = (file: string) => `jsondecode(file("\${path.module}/${name}/${file}.json"))`;
  return `
module "${name}" {
  source  = "./kinds/${kind}"
  spec    = ${read('spec')}
  configs = ${read('configs')}
  context = merge(${read('context')}, {
    network  = { ${fromFoundation(id, network)} }
    platform = { ${fromFoundation(id, platform)} }
  })
  inputs = {
${others.map((input) => `    "${input.name}" = module.${moduleOf(input.component)}.${input.output}\n`).join('')}  }
}
`;
}

/** The foundation itself has nothing of it yet. */
function fromFoundation(id: string, outputs: string[]): string {
  const empty = (output: string) => (/(Ids|Cidrs)$/.test(output) ? '[]' : '""');
  return outputs
    .map((output) => `${output} = ${id === foundation ? empty(output) : `module.${foundation}.${output}`}`)
    .join(', ');
}

function moduleOf(component: string): string {
  return component.replaceAll('/', '_');
}
