import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeAction, type TerraformPlan } from '@deployment-engine/terraform-code';
import { testsAtOnce } from '../scripts/jest/at-once.ts';
import { listCloud } from '../testing/kinds/cloud-listings.ts';
import { createExisting } from '../testing/kinds/existing-objects.ts';
import { type KindCall, unusedSurroundings, writeKindProject } from '../testing/kinds/kind-project.ts';
import { shippedKinds } from '../testing/kinds/shipped.ts';
import { terraformJson, terraformRun } from '../testing/kinds/terraform-run.ts';
import { type LocalAws, skipWithoutAws, startLocalAws } from '../testing/local-aws.ts';

const skip = skipWithoutAws();
const kinds = shippedKinds();

/** Kinds that the local AWS can apply within seconds. All are one project, so that they are applied at once. */
const applied = [
  'APIGateway',
  'CronJob',
  'DynamoDB',
  'EFS',
  'EventBridge',
  'Foundation',
  'Lambda',
  'MicroService',
  'S3',
  'SNS',
  'SQS',
  'Worker',
];
/** The others are only planned, because of what the local AWS lacks. */
const onlyPlanned: Record<string, string> = {
  ALB: 'a load balancer takes a minute to become active',
  AWSMemoryDB: 'deletion of a cluster takes minutes',
  CloudFront: 'a distribution is disabled before it is deleted, which takes a minute',
  DocumentDB: 'a cluster takes minutes to become available',
  EBS: 'a volume takes 20 s for each step',
  EC2Instance: 'an instance takes 20 s for each step',
  ElastiCacheMemcached: 'a cluster takes minutes to become available',
  ElastiCacheRedis: 'the local AWS does not find the nodes of a replication group',
  Kafka: "the bootstrap brokers of a serverless cluster can't be read",
  MSK: "the bootstrap brokers of a cluster can't be read",
  NLB: 'a load balancer takes a minute to become active',
  RDS: 'an instance takes minutes to become available',
};
/** What the local AWS lacks of a kind that it can apply. */
const overSpecs: Record<string, object> = { EFS: { backup: { enabled: false } } };

let aws: LocalAws;
let vpcId = '';
const root = mkdtempSync(join(tmpdir(), 'kinds-e2e-'));

beforeAll(async () => {
  if (skip) return;
  aws = await startLocalAws();
  vpcId = await createExisting(aws);
});
afterAll(async () => {
  if (!skip) await aws.stop();
  rmSync(root, { recursive: true, force: true });
});

test('every kind is applied, or there is a reason why not', () => {
  expect([...applied, ...Object.keys(onlyPlanned)].sort()).toStrictEqual([...kinds.keys()].sort());
});

testsAtOnce(skip, {
  'kinds are applied, change nothing more, are updated, and leave nothing behind': async () => {
    const folder = join(root, 'applied');
    const before = await listCloud(aws);
    write('plain');
    await terraform(folder, 'init');
    await terraform(folder, 'apply', '-auto-approve');
    const between = await listCloud(aws);
    expect(Object.keys(before).filter((what) => between[what] === before[what])).toStrictEqual([]);
    expect(await changes(folder)).toStrictEqual([]);
    write('changed');
    expect(namesOf(await changes(folder))).toStrictEqual(applied.map(nameOf));
    await terraform(folder, 'apply', 'plan.bin');
    // The local AWS drops a queue's policy whenever another attribute is set.
    expect(await changes(folder)).toStrictEqual(['module.sqs.aws_sqs_queue_policy.tls create']);
    await terraform(folder, 'destroy', '-auto-approve');
    expect(await listCloud(aws)).toStrictEqual(before);
    expect(await clusterStatus()).toBe('INACTIVE');

    function write(state: 'plain' | 'changed'): void {
      const calls = applied.map((name) => callOf(name, state));
      writeKindProject(folder, calls, { foundation: nameOf('Foundation') });
    }
  },
  'every test of every kind is planned, also while its inputs are unknown': async () => {
    const folder = join(root, 'planned');
    const calls = [...kinds.values()].flatMap(({ kind, tests }) =>
      tests.flatMap((test): KindCall[] => {
        const name = `${nameOf(kind.name)}_${test.name.replaceAll('-', '_')}`;
        return [
          { name, kind, test },
          { name: `pending_${name}`, kind, test, isPending: true },
        ];
      }),
    );
    const { network, platform } = unusedSurroundings;
    writeKindProject(folder, calls, { network: { ...(network as object), vpcId }, platform });
    await terraform(folder, 'init');
    await terraform(folder, 'validate');
    const planned = await changes(folder);
    expect(namesOf(planned)).toStrictEqual(calls.map(({ name }) => name).sort());
    expect(planned.filter((address) => address.startsWith('module.foundation_existing.'))).toStrictEqual([
      'module.foundation_existing.aws_ecs_cluster.this create',
      'module.foundation_existing.aws_service_discovery_private_dns_namespace.this create',
    ]);
  },
});

/** The foundation's cluster has the names of stack and environment. */
async function clusterStatus(): Promise<string | undefined> {
  const target = 'AmazonEC2ContainerServiceV20141113.DescribeClusters';
  const answer = await aws.call('ecs', { target, body: { clusters: ['check-test'] } });
  return /"status": ?"(\w+)"/.exec(answer)?.[1];
}

const nameOf = (kind: string) => kind.toLowerCase();

function callOf(name: string, state: 'plain' | 'changed'): KindCall {
  const shipped = kinds.get(name);
  const plain = shipped?.tests.find((test) => test.name === 'plain');
  if (!shipped || !plain?.changed) throw new Error(`${name} has no test plain with a change`);
  const test = state === 'plain' ? plain : { ...plain, ...plain.changed };
  const spec = { ...(test.spec as object), ...overSpecs[name] };
  return { name: nameOf(name), kind: shipped.kind, test: { ...test, spec: spec as never } };
}

async function terraform(folder: string, ...args: string[]): Promise<void> {
  const { exitCode, output } = await terraformRun(folder, args, aws.env);
  if (exitCode !== 0) throw new Error(`terraform ${args[0]}: ${output.slice(-4000)}`);
}

/** Addresses with what a plan does to them. */
async function changes(folder: string): Promise<string[]> {
  await terraform(folder, 'plan', '-out=plan.bin');
  const plan = (await terraformJson(folder, ['show', '-json', 'plan.bin'], aws.env)) as TerraformPlan;
  return (plan.resource_changes ?? []).flatMap(({ address, change }) => {
    const action = changeAction(change.actions);
    return action === 'no-op' || action === 'read' ? [] : [`${address} ${action}`];
  });
}

/** Names of the module calls among addresses, sorted. */
function namesOf(addresses: string[]): string[] {
  return [...new Set(addresses.flatMap((address) => /^module\.(\w+)/.exec(address)?.[1] ?? []))].sort();
}
