/** Start-up settings of the proxy in front of a provider. Paths are relative to its folder, which may be moved. */
export type ProxySettings = {
  /** The pid by which Terraform checks that the provider lives: `1` inside a sandbox, or `own`. */
  pid: '1' | 'own';
  /** The provider's working folder, where the sandbox does not say another. */
  cwd: string;
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
  /** File in which the runner writes what a job that takes over a spare brings: see `TakeOver`. */
  takeOver: string;
};

/** What the job of a provider that was started before it brings. */
export type TakeOver = {
  /** The provider's command line and folder of sockets in the job's folder, for further processes. */
  command: string[];
  sockets: string;
  /** Values of the provider's configuration where the code gives none. */
  values: Record<string, string>;
  /** Tags of everything it creates, where the code gives no such tags. */
  defaultTags: Record<string, string>;
};
