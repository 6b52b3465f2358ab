import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../../testing/client.ts';
import { startPostgres } from '../../testing/postgres.ts';
import { readConfig } from '../src/config.ts';
import { type Gateway, startGateway } from '../src/gateway.ts';
import { onBothKinds } from './databases.ts';
import { createSupertestClient } from './supertest-client.ts';

export const unusedRunnerUrl = 'http://127.0.0.1:9'; // the discard port: nothing listens

export type TestGateway = {
  gateway: Gateway;
  url: string;
  client: Client;
  directory: string;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * A gateway in this process on a random port, without a runner unless `env` names one. Its database is embedded, unless `env`
 * names another or the file's tests are repeated on PostgreSQL.
 */
export async function startTestGateway(env: Record<string, string> = {}): Promise<TestGateway> {
  const database =
    process.env.GATEWAYS_ON_POSTGRESQL && !env.DATABASE_URL ? await startPostgres() : undefined;
  const directory = await mkdtemp(join(tmpdir(), 'gw-'));
  const config = readConfig({
    PORT: '0',
    RUNNER_TOKEN: 'a-token-for-tests-only',
    TERRAFORM_RUNNER_URL: unusedRunnerUrl,
    DATA_DIR: join(directory, 'data'),
    WORKSPACES_DIR: join(directory, 'workspaces'),
    LOG_LEVEL: 'error',
    ...(database ? { DATABASE_URL: database.url } : {}),
    ...env,
  });
  const gateway = await startGateway(config);
  const url = `http://127.0.0.1:${gateway.port}`;
  return {
    gateway,
    url,
    client: createSupertestClient(url),
    directory,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await database?.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export const helloCode = `resource "terraform_data" "a" {\n  input = "x"\n}\n`;

/** A valid body of `POST /api/deployments`. */
export const helloDeployment = {
  name: 'web',
  provider: 'aws',
  cloud_account_id: 'account-1',
  environment_id: 'development',
  template_type: 'terraform',
  template_code: helloCode,
};

export function onEachGateway(tests: (it: () => TestGateway) => void): void {
  onBothKinds((url) => startTestGateway(url ? { DATABASE_URL: url } : {}), tests);
}

/** Lets messages that wait for another attempt be sent at once. */
export async function hurryOutbox(query: Gateway['context']['database']['query']): Promise<void> {
  await query
    .updateTable('outbox')
    .set({ next_at: new Date(0) })
    .where('delivered_at', 'is', null)
    .execute();
}
