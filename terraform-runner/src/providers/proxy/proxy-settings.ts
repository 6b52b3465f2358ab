/** Start-up settings of the proxy in front of a provider. */
export type ProxySettings = {
  /** The pid by which Terraform checks that the provider lives: `1` inside a sandbox, or `own`. */
  pid: '1' | 'own';
  /** Paths that name the resource types in use. */
  code: string;
  rootModule: string;
  state: string;
  /** File for the provider's own log; `undefined` for none. */
  log: string | undefined;
  /** File for the journal of applies; it must not exist. */
  journal: string;
  /** File that exists while no apply is in flight: removing a file needs no space on a full disk. */
  idle: string;
  /** File in which the runner writes when to cancel calls in flight. */
  stopAt: string;
};
