import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AllowRule, publishedPorts } from './allow-list.ts';

/** A network namespace whose only way out is the job's egress proxy. */
export type Namespace = {
  /** Port of the proxy on 127.0.0.1 inside. */
  port: number;
  /** Paths under /proc that are valid while the egress process and what holds the namespace live. */
  net: string;
  /** The user namespace that owns it; `null` where the runner is root. */
  user: string | null;
};

export type EgressOptions = {
  rules: AllowRule[];
  /** Makes a network namespace and holds it; writes what it has made, as bubblewrap does, to descriptor 3. */
  holdNamespace: string[];
  /** nsenter(1). */
  nsenter: string;
  ownsUserNamespace: boolean;
  /** Folder for compiled code of the engine's own; it halves the start. */
  nodeCache: string;
};

/** Where proxies listen by custom. */
const usualPort = 3128;

/** Files in an egress process's folder. */
export const egressFiles = {
  options: 'options.json',
  /** What the program that holds the namespace says of it. */
  holder: 'holder.json',
  /** There once the proxy listens. */
  ready: 'ready',
  /** One JSON string a line, `host:port`, each once. */
  denied: 'denied',
} as const;

/** Variables that lead programs to the proxy. They are for convenience: there is no other way out. */
export function proxyEnvironment({ port }: Namespace): Record<string, string> {
  const url = `http://127.0.0.1:${port}`;
  return { HTTP_PROXY: url, HTTPS_PROXY: url, http_proxy: url, https_proxy: url };
}

/** The namespace of an egress process, as soon as it is there; the proxy may not listen yet. */
export function readNamespace(folder: string, options: EgressOptions): Namespace | undefined {
  try {
    const pid = JSON.parse(readFileSync(join(folder, egressFiles.holder), 'utf8'))['child-pid'];
    const user = options.ownsUserNamespace ? `/proc/${pid}/ns/user` : null;
    return { port: proxyPort(options.rules), net: `/proc/${pid}/ns/net`, user };
  } catch {
    return undefined; // not written, or not whole yet
  }
}

/** Command line that runs what follows in a namespace. */
export function enterNamespace(nsenter: string, { net, user }: Namespace): string[] {
  return [
    nsenter,
    `--net=${net}`,
    ...(user === null ? [] : [`--user=${user}`, '--preserve-credentials']),
    '--',
  ];
}

/** Known before the proxy listens, so that programs can be told of it. */
function proxyPort(rules: AllowRule[]): number {
  const taken = new Set(publishedPorts(rules).map(({ port }) => port));
  let port = usualPort;
  while (taken.has(port)) port += 1;
  return port;
}
