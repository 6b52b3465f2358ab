import { parseAllowRule } from '../egress/allow-list.ts';
import { defaultRules } from '../egress/default-rules.ts';
import type { EgressOptions } from '../egress/namespace.ts';
import type { ProviderBinary } from '../providers/binaries.ts';
import type { NetworkAccess } from '../sandbox/bubblewrap.ts';
import type { CommandKind } from '../sandbox/mounts.ts';
import type { ActiveRun } from './run.ts';

/** Providers that never use the network. */
const offlineProviders = /^registry\.(terraform\.io|opentofu\.org)\/hashicorp\/(random|null|time)$/;

/**
 * Returns the network of a command. Only commands that need the network get one: init without a mirror, plan
 * and apply with providers that have an API.
 */
export async function networkFor(
  active: ActiveRun,
  kind: CommandKind,
  binaries: ProviderBinary[],
): Promise<NetworkAccess> {
  const { sandbox, config } = active.run.context;
  const needsIt =
    kind === 'init'
      ? config.providerMirror === undefined
      : (active.request.kind === 'plan' || active.request.kind === 'apply') &&
        kind !== 'show' &&
        binaries.some(({ source }) => !offlineProviders.test(source));
  if (!needsIt || sandbox.network === 'none') return { kind: 'none' };
  const options = egressOptionsOf(active);
  if (!options) return { kind: 'open' };
  // A provider makes no connection before a Terraform command calls it.
  const listening = kind !== 'provider';
  const namespace = await active.egress.ensure(options, { listening });
  return { kind: 'proxied', namespace };
}

/** Returns how the job's egress process is started; `undefined` where commands use the machine's network. */
export function egressOptionsOf(active: ActiveRun): EgressOptions | undefined {
  const { sandbox } = active.run.context;
  if (sandbox.network !== 'proxy') return undefined;
  return { ...sandbox.egress, rules: rulesOf(active), nodeCache: active.run.paths.nodeCache };
}

/** Returns the operator's rules, plus the addresses that the operator's settings point runs to. */
function rulesOf({ run, request }: ActiveRun) {
  const { egress } = run.context.config.sandbox;
  const hasMirror = run.context.config.providerMirror !== undefined;
  return [
    ...(egress.withDefaults ? defaultRules(hasMirror) : []),
    ...egress.rules,
    ...request.egressAllow.flatMap((text) => parseAllowRule(text) ?? []),
  ];
}
