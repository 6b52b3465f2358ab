/** What the proxy in front of a provider is started with. */
export type ProxySettings = {
  /** The process Terraform looks at to see whether the provider lives: `1` inside a sandbox, or `own`. */
  pid: '1' | 'own';
  /** Paths that name the resource types in use. */
  code: string;
  rootModule: string;
  state: string;
  /** File for the provider's own log; `undefined` for none. */
  log: string | undefined;
  /** File for the journal of applies; it must not exist. */
  journal: string;
  /** File that exists while no apply is in flight: to remove one takes no room on a full disk. */
  idle: string;
  /** File in which the runner writes from when on calls in flight are broken off. */
  stopAt: string;
};
