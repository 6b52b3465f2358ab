import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { RunnerConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { loadProviderHints } from './providers/hints.ts';
import { initResultSchema } from './providers/init-results.ts';
import { loadKept } from './providers/kept-by-key.ts';
import { createRevisionStore } from './revisions/store.ts';
import { createJobTable } from './runs/job.ts';
import { RunService } from './runs/service.ts';
import { WarmProviders } from './runs/warm/warm-providers.ts';
import { findSandbox } from './sandbox/find-sandbox.ts';
import { inspectTerraform } from './terraform/binary.ts';

export type Context = Awaited<ReturnType<typeof createContext>>;

/** Wires up everything the service consists of; starts nothing. */
export async function createContext(config: RunnerConfig) {
  const revisionsDir = join(config.runsDir, '.revisions');
  for (const folder of [config.dataDir, config.runsDir, revisionsDir])
    await mkdir(folder, { recursive: true, mode: 0o700 });
  const runnerId = config.runnerId ?? (await keptRunnerId(join(config.dataDir, 'runner-id')));
  const logger = createLogger(config.logLevel, runnerId);
  const terraform = await inspectTerraform(config.terraformPath);
  const revisions = createRevisionStore(config.workspacesDir, revisionsDir);
  const hints = await loadProviderHints(join(config.dataDir, 'provider-hints.json'));
  const initResults = await loadKept(join(config.dataDir, 'init-results.json'), initResultSchema);
  const jobs = createJobTable(config);
  const { providerMirror, searchPath } = config;
  const settings = config.sandbox;
  const sandbox = await findSandbox({ settings, terraformPath: terraform.path, providerMirror, searchPath });
  const warm = new WarmProviders({ config, sandbox, logger });
  const runs = new RunService(
    { config, terraform, sandbox, revisions, hints, initResults, warm, logger },
    jobs,
  );
  return { config, runnerId, logger, terraform, sandbox, revisions, jobs, runs, warm };
}

/** Machine name and random suffix: stable across restarts, different in a copy of the machine's image. */
async function keptRunnerId(path: string): Promise<string> {
  const kept = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (kept) return kept;
  const made = `${hostname()
    .replace(/[^A-Za-z0-9-]/g, '-')
    .slice(0, 48)}-${randomBytes(3).toString('hex')}`;
  await writeFile(path, `${made}\n`);
  return made;
}
