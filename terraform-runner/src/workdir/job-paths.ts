import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../files/sha256.ts';

/** A Unix socket's path has at most 107 bytes; a provider's is `<temporary>/plugin<10 digits>`. */
const maxTemporaryLength = 85;

/** Where everything of one job lies; its plan and apply runs share it. */
export type JobPaths = {
  root: string;
  /** The project's files. */
  code: string;
  /** The folder Terraform works in, inside `code`. */
  rootModule: string;
  /** Holds the state and Terraform's own copy of the one before. */
  stateFolder: string;
  state: string;
  planFolder: string;
  plan: string;
  planJson: string;
  /** Home of the providers' sockets, short enough for one. */
  temporary: string;
  cliConfig: string;
  /** Where the engine's own Node programs keep their compiled code, for all jobs; never seen by a run. */
  nodeCache: string;
  /** The only names of hosts that a run knows by itself. */
  hosts: string;
  providers: string;
  /** The egress process of the job. */
  egress: string;
  runs: string;
  /** Journals of what providers were asked and answered in applies; they outlive the providers. */
  journal: string;
  /** Terraform's own logs, where they were asked for: one file a command or provider. */
  logs: string;
  /** The paths of the project's files in `code`, as JSON; Terraform may add files of its own. */
  manifest: string;
  /** Files of the project that no run sees: its tests. */
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
    runs: join(root, 'runs'),
    journal: join(root, 'journal'),
    logs: join(root, 'logs'),
    manifest: join(root, 'files.json'),
    aside: join(root, 'aside'),
    initialised: join(root, 'initialised'),
  };
}
