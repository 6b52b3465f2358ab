import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, Kind, KindTest } from '@deployment-engine/stacks';

const kindsFolder = join(import.meta.dirname, '../../kinds');

/** One module call: a test of a kind, with its inputs known or all of them pending. */
export type KindCall = {
  name: string;
  kind: Kind;
  test: Omit<KindTest, 'name'>;
  isPending?: boolean;
};

/** A test that names this VPC gets the one of its surroundings. */
const unusedVpcId = 'vpc-0123456789abcdef0';

/** Network and platform that components are placed in; ids that no cloud has unless others are given. */
export type Surroundings = { network: Json; platform: Json };

export const unusedSurroundings: Surroundings = {
  network: {
    vpcId: unusedVpcId,
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    publicSubnetIds: ['subnet-0123456789abcdef2', 'subnet-0123456789abcdef3'],
    internalCidrs: ['10.20.0.0/16'],
  },
  platform: {
    clusterArn: 'arn:aws:ecs:us-east-1:123456789012:cluster/check',
    clusterName: 'check',
    namespaceId: 'ns-0123456789abcdef',
    namespaceName: 'check.local',
  },
};

/**
 * Writes a Terraform project with one module per call, in the given network or that of the call named `foundation`.
 * `max_retries` is low, because a local AWS answers what it
 * does not know with errors that the provider would repeat for minutes.
 */
export function writeKindProject(
  folder: string,
  calls: KindCall[],
  around: Surroundings | { foundation: string } = unusedSurroundings,
): void {
  mkdirSync(folder, { recursive: true });
  for (const { name } of new Set(calls.map(({ kind }) => kind)))
    cpSync(join(kindsFolder, name), join(folder, 'kinds', name), {
      recursive: true,
      filter: (path) => !path.endsWith('/test') && !path.endsWith('.md'),
    });
  const foundation = 'foundation' in around ? around.foundation : undefined;
  const known = 'foundation' in around ? unusedSurroundings : around;
  const code = [head, ...calls.map((call) => moduleOf(call, foundation))];
  writeFileSync(join(folder, 'main.tf'), code.join('\n'));
  for (const call of calls) writeFileSync(join(folder, `${call.name}.json`), given(call, known));
}

const head = `terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region      = "us-east-1"
  max_retries = 4
}`;

function given({ name, test, kind }: KindCall, around: Surroundings): string {
  const infra = test.infra as { logRetentionDays?: number; protect?: boolean };
  const names = { stack: 'check', environment: 'test', service: 'all', component: name.replaceAll('_', '-') };
  const context = {
    ...names,
    region: 'us-east-1',
    name: shortName(`check-test-all-${names.component.toLowerCase()}`),
    labels: {},
    ...around,
    retentionDays: infra.logRetentionDays ?? 365,
    protect: infra.protect ?? false,
  };
  const spec = { ...(test.spec as object), ...(kind.runsContainers ? { infra } : {}) };
  const text = JSON.stringify({ spec, context, configs: test.configs, inputs: test.inputs }, null, 1);
  return text.replaceAll(unusedVpcId, String((around.network as { vpcId: string }).vpcId));
}

/** At most 32 characters and still unique, as the engine names components. */
function shortName(name: string): string {
  if (name.length <= 32) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, 23).replace(/-$/, '')}-${digest}`;
}

/** A pending input is the output of a resource that does not exist yet: unknown until apply. */
function moduleOf({ name, kind, isPending }: KindCall, foundation: string | undefined): string {
  const inputs = isPending
    ? `{ for key, pending in terraform_data.${name} : key => pending.output }`
    : `local.${name}.inputs`;
  const pending = `resource "terraform_data" "${name}" {
  for_each = toset(keys(local.${name}.inputs))
  input    = each.key
}`;
  return `locals {
  ${name} = jsondecode(file("\${path.module}/${name}.json"))
}
module "${name}" {
  source  = "./kinds/${kind.name}"
  spec    = local.${name}.spec
  context = ${contextOf(name, foundation)}
  configs = local.${name}.configs
  inputs  = ${inputs}
}
${isPending ? pending : ''}`;
}

function contextOf(name: string, foundation: string | undefined): string {
  if (foundation === undefined || foundation === name) return `local.${name}.context`;
  const outputsOf = (part: keyof Surroundings) =>
    Object.keys(unusedSurroundings[part] as object).map(
      (output) => `${output} = module.${foundation}.${output}`,
    );
  const parts = (['network', 'platform'] as const).map(
    (part) => `${part} = { ${outputsOf(part).join(', ')} }`,
  );
  return `merge(local.${name}.context, { ${parts.join(', ')} })`;
}
