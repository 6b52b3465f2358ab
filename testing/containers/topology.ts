import { chown, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { waitFor } from '../wait.ts';
import { readServices, type Service } from './compose-file.ts';
import { type Container, startContainer } from './container.ts';
import { type ImageConfig, type Images, programOf } from './images.ts';
import { type Network, openNetwork } from './network.ts';

export type Member = { container: Container; address: string; restart(): Promise<void> };
export type Topology = { members: Map<string, Member>; [Symbol.asyncDispose](): Promise<void> };

/** Says how a service that has no Dockerfile here is started from the image in place of its own. */
export type Replacement = {
  tag: string;
  uid: number;
  command: string[];
  environment?: Record<string, string>;
};

export type TopologyOptions = {
  file: string;
  variables: Record<string, string>;
  images: Images;
  folder: string;
  /** The tag of each Dockerfile's image. */
  tags: Record<string, string>;
  /** By the beginning of an image's name in the compose file. */
  replacements: Record<string, Replacement>;
};

type Prepared = { service: Service; image: ImageConfig; root: string; uid: number };

const nodeUid = 1000;

/** Starts the services of a compose file from their images, each when those that it waits for are healthy. */
export async function startTopology(options: TopologyOptions): Promise<Topology> {
  const services = readServices(options.file, options.variables);
  const network = await openNetwork();
  const joined = new Map<string, { address: string; namespace: string }>();
  for (const [name] of services) joined.set(name, await network.join(name));
  const hosts = await hostsFile(options.folder, network);
  const members = new Map<string, Member>();
  const stop = async () => {
    for (const member of [...members.values()].reverse()) await member.container.stop('SIGKILL');
    await network[Symbol.asyncDispose]();
  };
  try {
    for (const [name, service] of services) {
      const place = joined.get(name);
      if (!place) throw new Error(`starting ${name}: it has not joined the network`);
      members.set(name, await startMember(options, { name, service, hosts, ...place }));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { members, [Symbol.asyncDispose]: stop };
}

async function hostsFile(folder: string, network: Network): Promise<string> {
  const path = join(folder, 'hosts');
  await writeFile(path, `${network.hosts()}\n`);
  return path;
}

type Given = { name: string; service: Service; hosts: string; address: string; namespace: string };

async function startMember(options: TopologyOptions, given: Given): Promise<Member> {
  const { name, service, hosts, address, namespace } = given;
  const prepared = await prepare(options, service);
  const { image, root, uid } = prepared;
  const mounts = await mountsOf(options, name, prepared);
  const start = async () => {
    const container = startContainer({
      ...{ root, namespace, hostname: name, uid, workingDir: image.workingDir, command: image.command },
      environment: { ...image.environment, ...environmentOf(service) },
      mounts: [{ source: hosts, target: '/etc/hosts', isReadOnly: true }, ...mounts],
      tmpfs: service.tmpfs ?? [],
      isReadOnly: service.read_only ?? false,
    });
    await healthy(name, container, service, image);
    return container;
  };
  const member: Member = {
    container: await start(),
    address,
    async restart() {
      member.container = await start();
    },
  };
  return member;
}

async function prepare(options: TopologyOptions, service: Service): Promise<Prepared> {
  const dockerfile = service.build?.dockerfile ?? '';
  const tag = options.tags[dockerfile];
  if (tag) {
    const [image, root] = [await options.images.config(tag), await options.images.mount(tag)];
    if (image.user !== 'node')
      throw new Error(`starting ${dockerfile}: its user is "${image.user}", not node`);
    return { service, image, root, uid: nodeUid };
  }
  const found = Object.entries(options.replacements).find(([prefix]) => service.image?.startsWith(prefix));
  if (!found) throw new Error(`starting a service: nothing replaces the image ${service.image}`);
  const { tag: other, uid, command, environment } = found[1];
  const image = await options.images.config(other);
  const root = await options.images.mount(other);
  return {
    service,
    root,
    uid,
    image: { ...image, command, environment: { ...image.environment, ...environment } },
  };
}

/** Named volumes are folders that services share; a new one takes the owner of the service that mounts it first. */
async function mountsOf(options: TopologyOptions, name: string, { service, uid }: Prepared) {
  const mounts = [];
  for (const volume of service.volumes ?? []) {
    const [from = '', target = '', mode] = volume.split(':');
    const isFile = from.startsWith('.');
    const source = isFile ? resolve(dirname(options.file), from) : join(options.folder, 'volumes', from);
    if (!isFile && (await mkdir(source, { recursive: true }))) await chown(source, uid, uid);
    mounts.push({ source, target, isReadOnly: mode === 'ro' });
  }
  if (mounts.some(({ target }) => !target.startsWith('/')))
    throw new Error(`starting ${name}: a volume has no target`);
  return mounts;
}

function environmentOf(service: Service): Record<string, string> {
  const given = Object.entries(service.environment ?? {}).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)]],
  );
  return Object.fromEntries(given);
}

async function healthy(
  name: string,
  container: Container,
  service: Service,
  image: ImageConfig,
): Promise<void> {
  const test = service.healthcheck ? programOf(service.healthcheck.test) : image.healthcheck;
  if (!test) throw new Error(`starting ${name}: it has no health check`);
  const isSettled = async () => container.hasEnded() || (await container.execute(test)) !== undefined;
  await waitFor(`${name} to be healthy`, isSettled, 120_000);
  if (container.hasEnded())
    throw new Error(`starting ${name}: it has ended\n${container.output().slice(-4000)}`);
}
