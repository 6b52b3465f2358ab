import { setTimeout as delay } from 'node:timers/promises';
import type { JobView } from '@deployment-engine/contracts';
import { createClient } from '../support/client.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { waitFor } from '../support/wait.ts';
import { type ChaosWorld, type FaultName, faults } from './faults.ts';
import { chaosStack, existingAddresses, resourceCount } from './stack.ts';

export type RoundResult = {
  fault: FaultName;
  /** Whether the apply was in progress when the fault came, and how many processes it reached. */
  during: boolean;
  reached: number;
  /** How the faulted deploy ended. */
  status: string;
  reason: string | null;
  /** Resources in the local AWS after it, and how many of them only the uncertainty report knew. */
  existing: number;
  reported: number;
  /** Milliseconds from the end of the fault to the end of the job. */
  recoveryMs: number;
  /** Each broken promise, in one sentence; empty where all held. */
  broken: string[];
};

/** The cloud during the faulted deploy, and afterwards. */
const slowFaults = { delayMs: 700, loseAnswers: 0.01, breakBefore: 0.01 };
const noFaults = { delayMs: 0, loseAnswers: 0, breakBefore: 0 };
const jobMs = 180_000;
const gatewayBackMs = 60_000;

/** Deploys, does the fault at a moment of its apply, and then holds the engine to its promises. */
export async function chaosRound(
  world: ChaosWorld & { aws: LocalAws },
  fault: FaultName,
  options: { projectId: string; afterMs: number },
): Promise<RoundResult> {
  const { engine, aws } = world;
  const client = createClient(engine.url);
  const { projectId } = options;
  const request = { projectId, iacCode: chaosStack(projectId) };
  world.slowAws.setFaults(slowFaults);
  const broken: string[] = [];
  const { body } = await client.post('/api/deploy', request);
  await waitFor('the apply', async () => {
    const { body: job } = await client.get(`/api/deploy/status/${body.jobId}`);
    return job.step === 'apply' || job.endTime !== null;
  });
  await delay(options.afterMs);
  const during = (await client.get(`/api/deploy/status/${body.jobId}`)).body.status === 'processing';
  const reached = await faults[fault](world);
  const healed = Date.now();
  const job = await endOf(client, body.jobId);
  const recoveryMs = Date.now() - healed;

  world.slowAws.setFaults(noFaults);
  const existing = await existingAddresses(aws, projectId);
  const infrastructure = (await client.get(`/api/deploy/infrastructure/${projectId}`)).body;
  const recorded = stateAddresses(infrastructure.terraformState);
  const reported = new Set<string>(
    (infrastructure.stateUncertain?.unrecorded ?? []).map((entry: { address: string }) => entry.address),
  );
  const lost = [...existing].filter((address) => !recorded.has(address) && !reported.has(address));
  if (lost.length > 0)
    broken.push(`exists but is neither in the state nor in the report: ${lost.join(', ')}`);
  if (job.status === 'completed' && existing.size !== resourceCount)
    broken.push(`reported as completed with ${existing.size} of ${resourceCount} resources`);

  await converge(client, aws, request, broken);
  await destroy(client, aws, projectId, broken);
  return {
    fault,
    during,
    reached,
    status: job.status,
    reason: job.failure?.reason ?? null,
    existing: existing.size,
    reported: [...existing].filter((address) => !recorded.has(address)).length,
    recoveryMs,
    broken,
  };
}

type Client = ReturnType<typeof createClient>;

/**
 * A gateway that is restarting is asked again. `approving` does what an operator would: where it can't be told that an
 * object is the project's own, as with a full disk, its import waits for somebody who knows.
 */
async function endOf(client: Client, jobId: string, approving = false): Promise<JobView> {
  return waitFor(
    `job ${jobId} to end`,
    async () => {
      const answer = await client.get(`/api/deploy/status/${jobId}`).catch(() => undefined);
      if (approving && answer?.body.status === 'awaiting_approval')
        await client.post(`/api/deploy/jobs/${jobId}/approve`, { planDigest: answer.body.planDigest });
      return ['completed', 'failed', 'cancelled'].includes(answer?.body.status) && answer?.body;
    },
    jobMs,
  );
}

async function converge(
  client: Client,
  aws: LocalAws,
  request: { projectId: string },
  broken: string[],
): Promise<void> {
  const again = await client.post('/api/deploy', request);
  const job = await endOf(client, again.body.jobId, true);
  if (job.status !== 'completed') {
    broken.push(`the deploy after it ${job.status}: ${job.error}`);
    return;
  }
  const existing = await existingAddresses(aws, request.projectId);
  const state = stateAddresses((await client.get(`/api/deploy/state/${request.projectId}`)).body.state);
  if (existing.size !== resourceCount || state.size !== resourceCount)
    broken.push(
      `after the next deploy ${existing.size} exist and ${state.size} are in the state, not ${resourceCount}`,
    );
}

async function destroy(client: Client, aws: LocalAws, projectId: string, broken: string[]): Promise<void> {
  const answer = await waitFor(
    'the gateway',
    () => client.post('/api/deploy/destroy', { projectId }).catch(() => undefined),
    gatewayBackMs,
  );
  const job = await endOf(client, answer.body.jobId);
  if (job.status !== 'completed') broken.push(`the destroy ${job.status}: ${job.error}`);
  const left = await existingAddresses(aws, projectId);
  if (left.size > 0) broken.push(`left in the cloud after destroy: ${[...left].join(', ')}`);
  const { body } = await client.get(`/api/deploy/jobs?projectId=${projectId}`);
  const unfinished = body.jobs.filter((other: JobView) => other.endTime === null);
  if (unfinished.length > 0)
    broken.push(`jobs without an end: ${unfinished.map((other: JobView) => other.jobId).join(', ')}`);
}

// biome-ignore lint/suspicious/noExplicitAny: Terraform's state as the API gives it
function stateAddresses(state: any): Set<string> {
  const resources = state?.resources ?? [];
  return new Set(
    // biome-ignore lint/suspicious/noExplicitAny: as above
    resources.flatMap((resource: any) =>
      // biome-ignore lint/suspicious/noExplicitAny: as above
      resource.instances.map((instance: any) => `${resource.type}.${resource.name}[${instance.index_key}]`),
    ),
  );
}
