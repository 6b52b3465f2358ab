import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { globSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Child, startChild } from './child.ts';
import { freePort } from './local-aws.ts';
import { waitFor } from './wait.ts';

/** Returns a reason to skip tests with PostgreSQL, or false. Throws if skipping is not allowed. */
export function skipWithoutPostgres(): string | false {
  const problem = binary('postgres') ? false : 'no PostgreSQL server binaries are installed';
  if (problem && process.env.E2E_REQUIRE_POSTGRES) throw new Error(`its tests must run here, but ${problem}`);
  return problem;
}

/** Returns a reason to skip tests with the embedded database, or false. */
export function skipBesideSharedServer(): string | false {
  return process.env.SHARED_POSTGRES_URL ? 'the tests share a PostgreSQL server' : false;
}

export type Postgres = {
  url: string;
  pid(): number;
  /** Kills the server and all its backends with SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
};

/**
 * Starts a server on a random port in a temporary folder. It refuses root, so root drops privileges. If test files share
 * a server, returns a new database on it.
 */
export async function startPostgres(): Promise<Postgres> {
  if (process.env.SHARED_POSTGRES_URL) return databaseOn(process.env.SHARED_POSTGRES_URL);
  const directory = await mkdtemp(join(tmpdir(), 'pg-'));
  const port = await freePort();
  const user = unprivilegedUser();
  if (user) await chown(directory, user.uid, user.gid);
  const env = { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8' };
  const data = join(directory, 'data');
  const initArgs = ['-D', data, '-U', 'engine', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
  const options = { env, cwd: directory, ...user };
  execFileSync(binary('initdb') ?? 'initdb', initArgs, { ...options, stdio: 'pipe' });
  const network = ['-p', String(port), '-k', directory, '-c', 'listen_addresses=127.0.0.1'];
  const args = ['-D', data, ...network, '-c', 'max_connections=200'];
  const url = (database: string) => `postgres://engine@127.0.0.1:${port}/${database}`;
  const start = async () => {
    const child = startChild(binary('postgres') ?? 'postgres', args, options);
    await waitFor('PostgreSQL to answer', () => answers(url('postgres')), 30_000);
    return child;
  };
  let server: Child = await start();
  return {
    url: url('postgres'),
    pid: () => server.pid,
    async kill() {
      await server.stop('SIGKILL');
    },
    async restart() {
      await server.stop('SIGQUIT');
      server = await start();
    },
    async createDatabase(name) {
      await query(url('postgres'), `create database ${name}`);
      return url(name);
    },
    async stop() {
      await server.stop('SIGINT');
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function databaseOn(server: string): Promise<Postgres> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  await query(server, `create database ${name}`);
  const refuse = () => {
    throw new Error('using PostgreSQL in a test: the server is shared, so the test gets one database of it');
  };
  return {
    url: new URL(`/${name}`, server).href,
    ...{ pid: refuse, kill: refuse, restart: refuse, createDatabase: refuse },
    stop: () => query(server, `drop database ${name} with (force)`),
  };
}

async function answers(url: string): Promise<boolean> {
  return query(url, 'select 1').then(
    () => true,
    () => false,
  );
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  await client.query(text);
  await client.end();
}

function binary(name: string): string | undefined {
  const installed = globSync(`/usr/lib/postgresql/*/bin/${name}`).sort().at(-1);
  if (installed) return installed;
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** Returns the `postgres` user if this process is root. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (userInfo().uid !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {}
  }
  return undefined;
}
