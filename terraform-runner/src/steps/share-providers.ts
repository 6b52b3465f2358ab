import type { StepName } from '@deployment-engine/contracts';
import { linkedProviders } from '../providers/binaries.ts';
import { whyNotShared } from '../providers/may-share.ts';
import { type ActiveRun, commandContext } from '../runs/run.ts';
import { readState } from '../state/state-file.ts';

/**
 * Has one process of each provider that init linked serve all further commands of the job. Answers the value of
 * TF_REATTACH_PROVIDERS, or `undefined` where Terraform starts its providers itself.
 */
export async function shareProviders(active: ActiveRun, step: StepName): Promise<string | undefined> {
  const { run, providers } = active;
  const state = await readState(run.paths.state);
  const reason = await whyNotShared(run.paths.rootModule, run.paths.code, state?.content);
  if (reason) {
    run.emitOnce('providers:not-shared', { type: 'log', step, line: `providers are not shared: ${reason}` });
    await providers.stop();
    return undefined;
  }
  const binaries = await linkedProviders(run.paths.rootModule);
  await providers.ensure(() => commandContext(active, 'provider', binaries), binaries);
  const reattach = await providers.reattach();
  if (reattach && !run.record.sharedProvider) {
    run.record.sharedProvider = true;
    await run.save();
  }
  return reattach;
}
