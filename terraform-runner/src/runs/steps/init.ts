import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFileName } from '@deployment-engine/contracts';
import { wasStarted } from '../../process/command.ts';
import { linkedProviders } from '../../providers/binaries.ts';
import { coversState, initKey, readInitResult, restoreInitResult } from '../../providers/init-results.ts';
import { requirementsKey } from '../../providers/requirements-key.ts';
import { readTextDiagnostics } from '../../terraform/text-diagnostics.ts';
import { readState } from '../../workdir/state-file.ts';
import type { ActiveRun } from '../run.ts';
import { commandDirectory, readOutput, runCommand } from '../run-command.ts';
import { done, resultOfCommand, type Step } from './step.ts';

/**
 * Installs providers and modules; verifies each provider and links it from the mirror. Where init has
 * succeeded for the same code before, its result is laid out instead.
 */
export const init: Step = {
  name: 'init',
  isNeeded: ({ run }) => !existsSync(run.paths.initialised),
  async execute(active) {
    const { run } = active;
    const key = keyOf(active);
    if (key && (await isRestored(active, key))) return done;
    // Init writes a lock file itself, so only the revision shows whether the project has one.
    const files = await run.context.revisions.read(active.request.projectId, active.request.revisionDigest);
    const { initSpeaksJson } = run.context.terraform;
    const isLocked = files?.has(lockFileName) ?? false;
    const result = await runCommand(active, {
      step: 'init',
      name: 'init',
      argv: [
        'init',
        ...(initSpeaksJson ? ['-json'] : ['-no-color']),
        '-input=false',
        ...(isLocked ? ['-lockfile=readonly'] : []),
      ],
      output: 'ui',
      reattach: undefined,
    });
    if (!initSpeaksJson) reportTextDiagnostics(active);
    const ending = resultOfCommand(active, 'init', 'init', result);
    if (ending.kind !== 'done') return ending;
    await writeFile(run.paths.initialised, '');
    await rememberProviders(active);
    if (key) await rememberResult(active, key);
    return ending;
  },
};

/**
 * Returns `undefined` if this run's init must be run: the request wants its log, or has code that no other run has.
 * OpenTofu's init also reads the values of variables.
 */
function keyOf({ run, request }: ActiveRun): string | undefined {
  const { terraform, config } = run.context;
  const isOwn = request.kind === 'plan' && (request.imports.length > 0 || request.search !== null);
  if (terraform.product === 'tofu' || request.terraformLog || isOwn) return undefined;
  return initKey({
    terraform,
    mirror: config.providerMirror,
    rootModule: request.rootModule,
    revisionDigest: request.revisionDigest,
  });
}

/** Lays out the known result. An init that an earlier start of the runner began is brought to its end instead. */
async function isRestored(active: ActiveRun, key: string): Promise<boolean> {
  const { run } = active;
  const known = run.context.initResults.find(key);
  const { rootModule } = run.paths;
  if (!known || wasStarted(commandDirectory(active, 'init'))) return false;
  const state = await readState(run.paths.state);
  const stateProviders = state?.content.resources.map(({ provider }) => provider) ?? [];
  if (!coversState(known, stateProviders)) return false;
  await rm(join(rootModule, '.terraform'), { recursive: true, force: true });
  if (!(await restoreInitResult(rootModule, run.context.config.providerMirror, known))) return false;
  const line = 'init: not run; an earlier run of the same code has installed its providers';
  run.emitOnce('init:known', { type: 'log', step: 'init', line });
  await writeFile(run.paths.initialised, '');
  return true;
}

async function rememberResult({ run }: ActiveRun, key: string): Promise<void> {
  const { config, initResults, logger } = run.context;
  try {
    const result = await readInitResult(run.paths.rootModule, config.providerMirror);
    if (result) await initResults.remember(key, result);
  } catch (error) {
    logger.warn('remembering what init did', { error });
  }
}

function reportTextDiagnostics(active: ActiveRun): void {
  const reading = { step: 'init' as const, rootModule: active.request.rootModule };
  active.run.emitOnce(
    'init:diagnostics',
    ...readTextDiagnostics(readOutput(active, 'init', 'stderr'), reading),
  );
}

/** Remembers only binaries of the operator's mirror: downloaded ones are in the job's own folder. */
async function rememberProviders({ run, request }: ActiveRun): Promise<void> {
  const mirror = run.context.config.providerMirror;
  const files = mirror && (await run.context.revisions.read(request.projectId, request.revisionDigest));
  if (!files) return;
  const binaries = await linkedProviders(run.paths.rootModule);
  const fromMirror = binaries.filter((binary) => binary.path.startsWith(join(mirror, '/')));
  await run.context.hints.remember(requirementsKey(files), fromMirror).catch((error) => {
    run.context.logger.warn('remembering providers', { error });
  });
}
