import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { briefly, type Child, readyPort, startChild } from './child.ts';
import { freePort } from './local-aws.ts';
import { policyFile } from './policy-file.ts';
import { type Postgres, startPostgres } from './postgres.ts';

const root = resolve(import.meta.dirname, '..');

export type Member = { child: Child; port: number; url: string; restart(): Promise<void> };
export type Cluster = {
  postgres: Postgres;
  gateways: Member[];
  runners: Member[];
  [Symbol.asyncDispose](): Promise<void>;
};

export type ClusterSize = {
  gateways: number;
  runners: number;
  slots?: number;
  /** The operator's policy, the content of `POLICY_FILE`. */
  policy?: unknown;
  /** More settings of the runners. */
  runnerEnv?: Record<string, string>;
};

/** Starts gateways and runners on one PostgreSQL without shared folders; runners register by heartbeat. */
export async function startCluster(size: ClusterSize): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), 'cl-'));
  const postgres = await startPostgres();
  const shared = {
    PATH: process.env.PATH ?? '',
    RUNNER_TOKEN: randomBytes(16).toString('hex'),
    STATE_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    DATABASE_URL: postgres.url,
    LEASE_SECONDS: '4',
    // Longer than a runner needs to start again on a busy machine.
    RUNNER_LOST_SECONDS: '20',
    LOG_LEVEL: process.env.E2E_LOG_LEVEL ?? 'warn',
    ...(size.policy ? await policyFile(directory, size.policy) : {}),
  };
  const ports = await Promise.all(Array.from({ length: size.gateways }, freePort));
  const gateways: Member[] = [];
  for (const [index, port] of ports.entries()) {
    const own = { PORT: String(port), TERRAFORM_RUNNER_URL: 'none' };
    gateways.push(await startMember('gateway', { ...shared, ...foldersOf(directory, `g${index}`), ...own }));
  }
  const urls = gateways.map(({ url }) => url).join(',');
  const startRunner = async (index: number) => {
    const own = { RUNNER_PORT: String(await freePort()), ...runnerSettings(size, urls) };
    return startMember('terraform-runner', { ...shared, ...foldersOf(directory, `r${index}`), ...own });
  };
  const runners = await Promise.all(Array.from({ length: size.runners }, (_, index) => startRunner(index)));
  return {
    postgres,
    gateways,
    runners,
    async [Symbol.asyncDispose]() {
      await Promise.all([...gateways, ...runners].map((member) => member.child.stop()));
      await postgres.stop();
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function foldersOf(directory: string, name: string) {
  return {
    HOME: directory,
    DATA_DIR: join(directory, name, 'data'),
    WORKSPACES_DIR: join(directory, name, 'workspaces'),
  };
}

function runnerSettings({ slots = 2, runnerEnv }: ClusterSize, gatewayUrls: string): Record<string, string> {
  return { RUNNER_SLOTS: String(slots), GATEWAY_URL: gatewayUrls, ...runnerEnv };
}

async function startMember(service: string, env: Record<string, string>): Promise<Member> {
  const start = () =>
    startChild(process.execPath, [...briefly, join(root, service, 'src', 'main.ts')], {
      env,
      cwd: env.HOME ?? root,
      ipc: true,
    });
  const child = start();
  const port = await readyPort(service, child);
  const member: Member = {
    child,
    port,
    url: `http://127.0.0.1:${port}`,
    async restart() {
      member.child = start();
      await readyPort(service, member.child);
    },
  };
  return member;
}
