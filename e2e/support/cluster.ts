import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Child, readyPort, startChild } from './child.ts';
import { freePort } from './local-aws.ts';
import { policyFile } from './policy-file.ts';
import { type Postgres, startPostgres } from './postgres.ts';

const root = resolve(import.meta.dirname, '../..');

export type Member = { child: Child; port: number; url: string; restart(): Promise<void> };
export type Cluster = {
  postgres: Postgres;
  gateways: Member[];
  runners: Member[];
  [Symbol.asyncDispose](): Promise<void>;
};

/** Gateways and runners on one PostgreSQL that share no folder; runners are known by their heartbeat alone. */
export async function startCluster(size: {
  gateways: number;
  runners: number;
  slots?: number;
  /** The operator's policy, as `POLICY_FILE` holds it. */
  policy?: unknown;
  /** More settings of the runners. */
  runnerEnv?: Record<string, string>;
}): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), 'cl-'));
  const postgres = await startPostgres();
  const shared = {
    PATH: process.env.PATH ?? '',
    RUNNER_TOKEN: randomBytes(16).toString('hex'),
    STATE_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    DATABASE_URL: postgres.url,
    LEASE_SECONDS: '4',
    RUNNER_LOST_SECONDS: '6',
    LOG_LEVEL: process.env.E2E_LOG_LEVEL ?? 'warn',
    ...(size.policy ? await policyFile(directory, size.policy) : {}),
  };
  const folder = (name: string) => ({
    HOME: directory,
    DATA_DIR: join(directory, name, 'data'),
    WORKSPACES_DIR: join(directory, name, 'workspaces'),
  });
  const gatewayPorts = await Promise.all(Array.from({ length: size.gateways }, freePort));
  const gatewayUrls = gatewayPorts.map((port) => `http://127.0.0.1:${port}`).join(',');
  const gateways: Member[] = [];
  for (const [index, port] of gatewayPorts.entries())
    gateways.push(
      await startMember('gateway', {
        ...shared,
        ...folder(`g${index}`),
        PORT: String(port),
        TERRAFORM_RUNNER_URL: 'none',
      }),
    );
  const runners: Member[] = [];
  for (let index = 0; index < size.runners; index += 1)
    runners.push(
      await startMember('terraform-runner', {
        ...shared,
        ...folder(`r${index}`),
        RUNNER_PORT: String(await freePort()),
        RUNNER_SLOTS: String(size.slots ?? 2),
        GATEWAY_URL: gatewayUrls,
        ...size.runnerEnv,
      }),
    );
  return {
    postgres,
    gateways,
    runners,
    async [Symbol.asyncDispose]() {
      for (const member of [...gateways, ...runners]) await member.child.stop();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function startMember(service: string, env: Record<string, string>): Promise<Member> {
  const start = () =>
    startChild(process.execPath, [join(root, service, 'src', 'main.ts')], {
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
