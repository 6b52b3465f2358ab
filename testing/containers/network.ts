import { randomBytes } from 'node:crypto';
import { run } from './run.ts';

export type Network = {
  /** Joins a host of a name to the network; returns its address and its network namespace. */
  join(name: string): Promise<{ address: string; namespace: string }>;
  /** Lines for `/etc/hosts` with all hosts that have joined. */
  hosts(): string;
  [Symbol.asyncDispose](): Promise<void>;
};

const subnet = '10.77.0';

/** Makes a network of hosts on this machine: a bridge in a namespace of its own, which this process reaches too. */
export async function openNetwork(): Promise<Network> {
  const id = `de${randomBytes(3).toString('hex')}`;
  const hub = `${id}-hub`;
  const namespaces = [hub];
  const lines = ['127.0.0.1 localhost'];
  await makeHub(hub);
  await connect(hub, `${id}x`, `${id}i`, `${subnet}.254`);
  return {
    async join(name) {
      const namespace = `${id}-${namespaces.length}`;
      await ip('netns', 'add', namespace);
      namespaces.push(namespace);
      const address = `${subnet}.${namespaces.length}`;
      await connect(hub, `${id}${namespaces.length}`, 'eth0', address, namespace);
      lines.push(`${address} ${name}`);
      return { address, namespace };
    },
    hosts: () => lines.join('\n'),
    async [Symbol.asyncDispose]() {
      for (const namespace of namespaces) await ip('netns', 'delete', namespace).catch(() => '');
    },
  };
}

const ip = (...args: string[]) => run('ip', args);

async function makeHub(hub: string): Promise<void> {
  await ip('netns', 'add', hub);
  await ip('-n', hub, 'link', 'add', 'bridge', 'type', 'bridge');
  await ip('-n', hub, 'link', 'set', 'bridge', 'up');
}

/** Lays a cable from the bridge to a namespace, or to this machine. */
async function connect(
  hub: string,
  outer: string,
  inner: string,
  address: string,
  namespace?: string,
): Promise<void> {
  const to = namespace ? ['netns', namespace] : [];
  const there = namespace ? ['-n', namespace] : [];
  await ip('link', 'add', outer, 'netns', hub, 'type', 'veth', 'peer', 'name', inner, ...to);
  await ip('-n', hub, 'link', 'set', outer, 'master', 'bridge', 'up');
  await ip(...there, 'address', 'add', `${address}/24`, 'dev', inner);
  await ip(...there, 'link', 'set', inner, 'up');
  if (namespace) await ip(...there, 'link', 'set', 'lo', 'up');
}
