import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../files/sha256.ts';

/** A Unix socket's path has at most 107 bytes; a provider's is `<temporary>/plugin<10 digits>`. */
const maxTemporaryLength = 85;

/** Paths of one job's files; its plan and apply runs share them. */
export type JobPaths = {
  root: string;
  /** The project's files. */
  code: string;
  /** Terraform's working folder, inside `code`. */
  rootModule: string;
  /** Holds the state and Terraform's backup of the previous one. */
  stateFolder: string;
  state: string;
  planFolder: string;
  plan: string;
  planJson: string;
  /** Folder of the providers' sockets; short enough for a socket path. */
  temporary: string;
  cliConfig: string;
  /** Compiled code of the engine's own Node programs, for all jobs; not visible to runs. */
  nodeCache: string;
  /** The sandbox's `/etc/hosts`. */
  hosts: string;
  providers: string;
  /** The egress process of the job. */
  egress: string;
  /** Settings of a cloud's client, for a provider that was started before its job; without credentials. */
  cloud: string;
  awsConfig: string;
  runs: string;
  /** Journals of providers' requests and answers in applies; they outlive the providers. */
  journal: string;
  /** Terraform's own logs, if requested: one file per command or provider. */
  logs: string;
  /** Paths of the project's files in `code`, as JSON; Terraform may add its own files. */
  manifest: string;
  /** Project files that no run sees: its tests. */
  aside: string;
  /** Exists once init has succeeded on the present content of `code`. */
  initialised: string;
};

export function jobPaths(runsDir: string, jobId: string, rootModule: string): JobPaths {
  const root = join(runsDir, jobId);
  const code = join(root, 'code');
  const inside = join(root, 't');
  const stateFolder = join(root, 'state');
  const planFolder = join(root, 'plan');
  return {
    root,
    code,
    rootModule: join(code, rootModule),
    stateFolder,
    state: join(stateFolder, 'terraform.tfstate'),
    planFolder,
    plan: join(planFolder, 'plan.tfplan'),
    planJson: join(root, 'plan.json'),
    temporary:
      inside.length <= maxTemporaryLength ? inside : join(tmpdir(), `engine-${sha256(root).slice(0, 16)}`),
    cliConfig: join(root, 'terraform.tfrc'),
    nodeCache: join(runsDir, '.node-cache'),
    hosts: join(root, 'hosts'),
    providers: join(root, 'providers'),
    egress: join(root, 'egress'),
    cloud: join(root, 'cloud'),
    awsConfig: join(root, 'cloud', 'aws'),
    runs: join(root, 'runs'),
    journal: join(root, 'journal'),
    logs: join(root, 'logs'),
    manifest: join(root, 'files.json'),
    aside: join(root, 'aside'),
    initialised: join(root, 'initialised'),
  };
}
