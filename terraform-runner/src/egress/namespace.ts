import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AllowRule, publishedPorts } from './allow-list.ts';

/** A network namespace whose only exit is the job's egress proxy. */
export type Namespace = {
  /** Port of the proxy on 127.0.0.1 inside. */
  port: number;
  /** Paths under /proc, valid while the egress process and the namespace's holder live. */
  net: string;
  /** The user namespace that owns it; `null` if the runner is root. */
  user: string | null;
};

export type EgressOptions = {
  rules: AllowRule[];
  /** Creates and holds a network namespace; describes it on descriptor 3, as bubblewrap does. */
  holdNamespace: string[];
  /** nsenter(1). */
  nsenter: string;
  ownsUserNamespace: boolean;
  /** Folder for the engine's compiled code; halves the start-up time. */
  nodeCache: string;
};

/** Conventional proxy port. */
const usualPort = 3128;

/** Files in an egress process's folder. */
export const egressFiles = {
  options: 'options.json',
  /** Written by the program that holds the namespace. */
  holder: 'holder.json',
  /** Exists once the proxy listens. */
  ready: 'ready',
  /** Denied targets: one JSON string `host:port` per line, without duplicates. */
  denied: 'denied',
} as const;

/** Returns the variables that point programs to the proxy. For convenience only: there is no other exit. */
export function proxyEnvironment({ port }: Namespace): Record<string, string> {
  const url = `http://127.0.0.1:${port}`;
  return { HTTP_PROXY: url, HTTPS_PROXY: url, http_proxy: url, https_proxy: url };
}

/** Reads the namespace once the egress process has created it; the proxy may not listen yet. */
export function readNamespace(folder: string, options: EgressOptions): Namespace | undefined {
  try {
    const pid = JSON.parse(readFileSync(join(folder, egressFiles.holder), 'utf8'))['child-pid'];
    const user = options.ownsUserNamespace ? `/proc/${pid}/ns/user` : null;
    return { port: proxyPort(options.rules), net: `/proc/${pid}/ns/net`, user };
  } catch {
    return undefined; // missing or incomplete
  }
}

/** Returns the command prefix that runs a program in the namespace. */
export function enterNamespace(nsenter: string, { net, user }: Namespace): string[] {
  return [
    nsenter,
    `--net=${net}`,
    ...(user === null ? [] : [`--user=${user}`, '--preserve-credentials']),
    '--',
  ];
}

/** Derives the port before the proxy listens, so that programs can be configured early. */
function proxyPort(rules: AllowRule[]): number {
  const taken = new Set(publishedPorts(rules).map(({ port }) => port));
  let port = usualPort;
  while (taken.has(port)) port += 1;
  return port;
}
