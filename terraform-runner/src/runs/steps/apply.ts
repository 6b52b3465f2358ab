import { join } from 'node:path';
import { writeAtomically } from '../../files/atomic-write.ts';
import type { StateFile } from '../../workdir/state-file.ts';
import { watchState } from '../../workdir/watch-state.ts';
import type { ActiveRun } from '../run.ts';
import { runCommand } from '../run-command.ts';
import { shareProviders } from './share-providers.ts';
import { resultOfCommand, type Step } from './step.ts';

/** Applies the saved plan. Every state Terraform writes is captured and announced, however the step ends. */
export const apply: Step = {
  name: 'apply',
  async execute(active) {
    const { run } = active;
    const watch = watchState(run.paths.state, run.lastStateSha256, (state) => announce(active, state));
    try {
      const result = await runCommand(active, {
        step: 'apply',
        name: 'apply',
        argv: ['apply', '-json', '-input=false', run.paths.plan],
        output: 'ui',
        reattach: () => shareProviders(active),
      });
      await drainCalls(active);
      const newest = await watch.finish();
      if (newest) await announce(active, newest, 'state:last');
      return resultOfCommand(active, 'apply', 'apply', result);
    } finally {
      watch.stop();
    }
  },
};

/** Path of an apply run's newest complete state; Terraform may be writing its own file right now. */
export function capturedStatePath(runDirectory: string): string {
  return join(runDirectory, 'captured.tfstate');
}

/** Waits for the provider, which may outlive Terraform: the cloud's late answers go into the journal. */
async function drainCalls({ run, providers }: ActiveRun): Promise<void> {
  const { drainMs } = run.context.config;
  if (await providers.drain(drainMs, run.abandon.signal)) return;
  const line = `calls to the provider were still in flight ${drainMs / 1000} s after Terraform had ended`;
  run.emitOnce('apply:undrained', { type: 'log', step: 'apply', line });
}

async function announce(active: ActiveRun, state: StateFile, onceKey?: string): Promise<void> {
  const { run } = active;
  await writeAtomically(capturedStatePath(run.directory), state.raw).catch((error) =>
    run.context.logger.warn('capturing the state', { runId: run.record.runId, error }),
  );
  const event = {
    type: 'state_changed' as const,
    serial: state.content.serial,
    lineage: state.content.lineage,
    sha256: state.sha256,
    bytes: state.raw.byteLength,
  };
  if (onceKey) run.emitOnce(onceKey, event);
  else run.emit([event]);
}
