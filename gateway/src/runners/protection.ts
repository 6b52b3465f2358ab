import { statfs } from 'node:fs/promises';
import type { EngineProtection, RunnerStatus } from '@deployment-engine/contracts';
import { keysMadeWhileOpen } from '../access/key-store.ts';
import { isLoopback } from '../access/settings.ts';
import type { Context } from '../context.ts';
import { databaseProblem } from '../server/database/problem.ts';
import type { RunnerState } from './registry.ts';

/** With less free space, a large project's plan or state may not fit. */
const lowDiskBytes = 1024 ** 3;

/** Returns what protects this engine at the moment, and what is unprotected. */
export async function engineProtection(context: Context): Promise<EngineProtection> {
  await context.runners.refresh();
  const { config } = context;
  const disk = await statfs(config.dataDir);
  const gateway: EngineProtection['gateway'] = {
    host: config.host,
    authentication: config.access.required ? 'required' : 'open',
    database: {
      kind: config.databaseUrl ? 'postgres' : 'embedded',
      problem: (await databaseProblem(context.database)) ?? null,
    },
    freeDiskBytes: disk.bavail * disk.bsize,
  };
  const runners = context.runners.runners().map(statusOf);
  const openKeys = await keysMadeWhileOpen(context.database.query).catch(() => []);
  const keys = config.access.required ? keyFindings(openKeys.length) : [];
  return { gateway, runners, findings: [...gatewayFindings(gateway), ...keys, ...runnerFindings(runners)] };
}

function statusOf({ client, problem, capacity }: RunnerState): RunnerStatus {
  return {
    url: client.url,
    problem: problem ?? null,
    terraform: capacity?.terraform ?? null,
    providerMirror: capacity?.providerMirror ?? null,
    freeDiskBytes: capacity?.freeDiskBytes ?? null,
    warmProviders: capacity?.warmProviders ?? null,
    protection: capacity?.protection ?? null,
  };
}

function gatewayFindings({ host, authentication, database, freeDiskBytes }: EngineProtection['gateway']) {
  return [
    ...(authentication === 'open' && !isLoopback(host)
      ? [`anybody who reaches ${host} may call the API; set AUTH=required`]
      : []),
    ...(database.problem ? [database.problem] : []),
    ...(freeDiskBytes < lowDiskBytes ? ['less than 1 GB of disk is free for the gateway (DATA_DIR)'] : []),
  ];
}

/** Returns a finding if keys that anybody may have created are still usable on an engine that requires them. */
export function keyFindings(count: number): string[] {
  if (count === 0) return [];
  return [
    `${count} usable API key${count === 1 ? ' was' : 's were'} made while the engine required no credentials; revoke them: deployer keys revoke --made-while-open`,
  ];
}

function runnerFindings(runners: RunnerStatus[]): string[] {
  if (runners.length === 0) return ['no runner has registered'];
  return runners.flatMap(({ url, problem, protection, freeDiskBytes }) =>
    [
      ...(problem ? [problem] : []),
      ...(protection?.unprotected ?? []),
      ...((freeDiskBytes ?? lowDiskBytes) < lowDiskBytes ? ['less than 1 GB of disk is free for runs'] : []),
    ].map((finding) => `runner ${url}: ${finding}`),
  );
}
