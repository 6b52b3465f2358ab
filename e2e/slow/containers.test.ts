import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Client, createClient } from '../../testing/client.ts';
import { makeNodeImage, makeServicesImage } from '../../testing/containers/base-image.ts';
import { type Images, openImages } from '../../testing/containers/images.ts';
import { containerToolsProblem } from '../../testing/containers/packages.ts';
import { postgres, webServer } from '../../testing/containers/services.ts';
import { type Member, startTopology, type Topology } from '../../testing/containers/topology.ts';

const root = resolve(import.meta.dirname, '../..');
const problem = containerToolsProblem();
if (problem && process.env.E2E_REQUIRE_CONTAINERS) throw new Error(problem);
if (problem) console.error(`skipped: ${problem}`);
const inContainers = problem ? test.skip : test;

/** Base image, two Dockerfiles, a start of seven services. */
const limitMs = 900_000;
const variables = {
  RUNNER_TOKEN: 'a'.repeat(32),
  POSTGRES_PASSWORD: 'b'.repeat(24),
  STATE_ENCRYPTION_KEY: 'c'.repeat(64),
};
const twoSteps = `
resource "terraform_data" "first" { input = "first" }
resource "terraform_data" "second" { input = terraform_data.first.output }
output "second" { value = terraform_data.second.output }
`;

let folder = '';
let images: Images;
let topology: Topology;

beforeAll(async () => {
  if (problem) return;
  folder = await mkdtemp(join(tmpdir(), 'containers-'));
  images = openImages(folder);
  const terraform = execFileSync('sh', ['-c', 'readlink -f "$(command -v terraform)"'], {
    encoding: 'utf8',
  }).trim();
  await makeNodeImage(images, folder, terraform);
  await images.build(root, 'gateway/Dockerfile', 'gateway');
  await images.build(root, 'terraform-runner/Dockerfile', 'runner');
  await makeServicesImage(images, 'services');
  topology = await startTopology({
    ...{ file: join(root, 'deploy/compose.yml'), variables, images, folder },
    tags: { 'gateway/Dockerfile': 'gateway', 'terraform-runner/Dockerfile': 'runner' },
    replacements: { 'postgres:': postgres, 'nginxinc/nginx-unprivileged:': webServer },
  });
}, limitMs);

afterAll(async () => {
  await topology?.[Symbol.asyncDispose]();
  await images?.[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}, 60_000);

const member = (name: string): Member => {
  const found = topology.members.get(name);
  if (!found) throw new Error(`${name} was not started`);
  return found;
};

async function adminKey(): Promise<string> {
  const keys = ['gateway-1', 'gateway-2'].map((name) =>
    member(name).container.execute(['cat', '/data/admin.key']),
  );
  const key = (await Promise.all(keys)).find((text) => text !== undefined);
  if (!key) throw new Error('no gateway has stored an admin key');
  return key;
}

/** Calls the load balancer, as users do. */
async function connect(): Promise<Client> {
  const url = `http://${member('load-balancer').address}:8080`;
  return createClient(url, { authorization: `Bearer ${await adminKey()}` });
}

const body = (projectId: string) => ({ projectId, iacCode: twoSteps, autoApprove: true });

inContainers(
  'the images run as the compose file says: runs are isolated, files are read only, no capability is left',
  async () => {
    for (const name of ['runner-1', 'runner-2', 'runner-3'])
      expect(member(name).container.output()).toContain('"sandbox":"bwrap"');
    for (const name of ['gateway-1', 'runner-1']) {
      const status = await member(name).container.execute(['cat', '/proc/self/status']);
      expect(status).toMatch(/^CapEff:\s*0+$/m);
      expect(status).toMatch(/^CapBnd:\s*0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\s*1$/m);
      expect(await member(name).container.execute(['touch', '/app/new'])).toBe(undefined);
    }
  },
);

inContainers(
  'code that is sent to the load balancer becomes outputs and state, and is destroyed',
  async () => {
    const client = await connect();
    const job = await client.complete('/api/deploy', body('shop'));
    expect(job.result?.outputs).toStrictEqual({ second: 'first' });
    await client.complete('/api/deploy/destroy', { projectId: 'shop' });
  },
);

inContainers(
  'a gateway that is killed is replaced by the other one: its jobs end and new ones are taken',
  async () => {
    const client = await connect();
    const names = Array.from({ length: 6 }, (_, index) => `many-${index}`);
    const accepted = await Promise.all(names.map((name) => client.post('/api/deploy', body(name))));
    await member('gateway-1').container.stop('SIGKILL');
    for (const { body: job } of accepted) expect((await client.endOf(job.jobId)).status).toBe('completed');
    await client.complete('/api/deploy', body('later'));
    await member('gateway-1').restart();
  },
);

inContainers(
  'gateways and runners that are stopped end by themselves and start again on their volumes',
  async () => {
    const client = await connect();
    for (const name of ['runner-2', 'gateway-2']) {
      await member(name).container.stop('SIGTERM');
      await member(name).restart();
    }
    await client.complete('/api/deploy', body('after-restart'));
  },
);
