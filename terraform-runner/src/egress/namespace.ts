import type { AllowRule } from './allow-list.ts';

/** A network namespace whose only way out is the job's egress proxy. */
export type Namespace = {
  /** Port of the proxy on 127.0.0.1 inside. */
  port: number;
  /** Paths under /proc that are valid while the egress process lives. */
  net: string;
  /** The user namespace that owns it; `null` where the runner is root. */
  user: string | null;
};

export type EgressOptions = {
  rules: AllowRule[];
  /** Command line before the listener's own that puts it into a network namespace of its own. */
  enterNamespace: string[];
  ownsUserNamespace: boolean;
};

/** Files in an egress process's folder. */
export const egressFiles = {
  options: 'options.json',
  namespace: 'namespace.json',
  /** One JSON string a line, `host:port`, each once. */
  denied: 'denied',
} as const;

/** Variables that lead programs to the proxy. They are for convenience: there is no other way out. */
export function proxyEnvironment({ port }: Namespace): Record<string, string> {
  const url = `http://127.0.0.1:${port}`;
  return { HTTP_PROXY: url, HTTPS_PROXY: url, http_proxy: url, https_proxy: url };
}
