import { existsSync } from 'node:fs';
import type { RunRequest } from '@deployment-engine/runner-api';
import { readRegular } from '../../files/regular-file.ts';
import { sha256 } from '../../files/sha256.ts';
import type { ProviderBinary } from '../../providers/binaries.ts';
import { requirementsKey } from '../../providers/requirements-key.ts';
import { assignUser } from '../../sandbox/users.ts';
import { planDigestOfJob } from '../../workdir/plan-digest.ts';
import { type ActiveRun, commandContext } from '../run.ts';
import { layOutJob } from './lay-out-job.ts';
import { done, type Step, type StepResult } from './step.ts';

/** Lays out the job's folder. An apply reuses the folder of its plan if that is unchanged. */
export const prepare: Step = {
  name: 'prepare',
  async execute(active) {
    const { run, request } = active;
    const reusable = request.kind === 'apply' && existsSync(run.paths.initialised);
    if (!(reusable && (await isPlanned(active)))) {
      const failure = await layOut(active);
      if (failure) return failure;
    }
    const state = await readRegular(run.paths.state);
    run.record.baseStateSha256 = state ? sha256(state) : null;
    await run.save();
    return done;
  },
};

async function layOut(active: ActiveRun): Promise<StepResult | undefined> {
  const { run, request } = active;
  const { config, sandbox } = run.context;
  const files = await run.context.revisions.read(request.projectId, request.revisionDigest);
  if (!files) return failed("the revision's files are gone from this runner");
  if (
    request.rootModule !== '.' &&
    ![...files.keys()].some((path) => path.startsWith(`${request.rootModule}/`))
  )
    return failed(`the root module ${request.rootModule} is not among the files`);
  const known = knownFunction(active);
  if (known) return failed(`Terraform has the function ${known}, which the engine does not know`);
  await active.providers.stop();
  const likely = request.kind === 'parse' ? [] : likelyProviders(active, files);
  const isWarm = await run.context.warm.take(active, files, likely);
  await layOutJob(run.paths, {
    files,
    variables: request.variables,
    state: stateBytes(request),
    plan: request.kind === 'apply' ? planBytes(request.savedPlan) : undefined,
    user: sandbox.users && assignUser(config.runsDir, request.jobId, sandbox.users),
    providerMirror: config.providerMirror,
    imports: request.kind === 'plan' ? request.imports : [],
    search: request.kind === 'plan' ? (request.search ?? []) : [],
    keepsSockets: isWarm,
  });
  if (request.kind === 'apply' && !(await isPlanned(active)))
    return failed('the plan is not the one that was asked for');
  startProviders(active, likely);
  return undefined;
}

/** Returns a disputed function that Terraform would call; any of them if its functions are unknown. */
function knownFunction({ run, request }: ActiveRun): string | undefined {
  const { functions } = run.context.terraform;
  return request.kind === 'validate'
    ? request.absentFunctions.find((name) => functions === undefined || functions.has(name))
    : undefined;
}

/** Returns the providers that init chose for the same requirements before. */
function likelyProviders(active: ActiveRun, files: Map<string, Uint8Array>): ProviderBinary[] {
  const likely = active.run.context.hints.find(requirementsKey(files)) ?? [];
  return likely.filter(({ path }) => existsSync(path));
}

/** Starts the likely providers while init verifies them again. */
function startProviders(active: ActiveRun, likely: ProviderBinary[]): void {
  active.providers.ensure(() => commandContext(active, 'provider', likely), likely).catch(() => {}); // retried and reported when they are needed
}

async function isPlanned({ run, request }: ActiveRun): Promise<boolean> {
  return request.kind === 'apply' && (await planDigestOfJob(run.paths, request)) === request.planDigest;
}

export function stateBytes(request: RunRequest): Buffer | undefined {
  return (request.kind === 'plan' || request.kind === 'apply') && request.state
    ? Buffer.from(request.state.content, 'base64')
    : undefined;
}

function planBytes(saved: string | null): Buffer | undefined {
  return saved === null ? undefined : Buffer.from(saved, 'base64');
}

function failed(problem: string): StepResult {
  return { kind: 'failed', exitCode: null, message: `preparing the files: ${problem}` };
}
