import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFileName } from '@deployment-engine/contracts';
import { linkedProviders } from '../../providers/binaries.ts';
import { requirementsKey } from '../../providers/requirements-key.ts';
import { readTextDiagnostics } from '../../terraform/text-diagnostics.ts';
import type { ActiveRun } from '../run.ts';
import { readOutput, runCommand } from '../run-command.ts';
import { resultOfCommand, type Step } from './step.ts';

/** Installs providers and modules; verifies each provider and links it from the mirror. */
export const init: Step = {
  name: 'init',
  isNeeded: ({ run }) => !existsSync(run.paths.initialised),
  async execute(active) {
    const { run } = active;
    const { initSpeaksJson } = run.context.terraform;
    // Init writes a lock file itself, so only the revision shows whether the project has one.
    const files = await run.context.revisions.read(active.request.projectId, active.request.revisionDigest);
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
    return ending;
  },
};

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
