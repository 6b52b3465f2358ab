import { linkedProviders } from '../../providers/binaries.ts';
import { type ActiveRun, commandContext } from '../run.ts';

/**
 * Makes the providers that init linked serve all further commands of the job. Returns TF_REATTACH_PROVIDERS,
 * or `undefined` if Terraform starts its providers itself because none of them printed how to reach it.
 */
export async function shareProviders(active: ActiveRun): Promise<string | undefined> {
  const { run, providers } = active;
  const binaries = await linkedProviders(run.paths.rootModule);
  run.context.warm.learn(active, binaries);
  await providers.ensure(() => commandContext(active, 'provider', binaries), binaries);
  const reattach = await providers.reattach();
  const journaled = Object.keys(JSON.parse(reattach ?? '{}')).toSorted();
  if (JSON.stringify(journaled) !== JSON.stringify(run.record.journaledProviders)) {
    run.record.journaledProviders = journaled; // save first: all their calls from now on are in the journal
    await run.save();
  }
  return reattach;
}
