import type { JobView, Orphan } from '@deployment-engine/contracts';
import { type Client, createClient } from '../../testing/client.ts';
import type { LocalAws } from '../../testing/local-aws.ts';
import { waitFor } from '../../testing/wait.ts';
import { type ChaosWorld, type FaultName, faults } from './faults.ts';
import { cloudObjects, countOf, minus, type Objects, stateObjects, textOf } from './objects.ts';
import { endOf, jobMs, settleByPerson } from './operator.ts';
import { type ChaosStack, sizeOf } from './stack.ts';

export type RoundResult = {
  fault: FaultName;
  /** Whether the apply was in progress at the fault, and how many processes the fault hit. */
  during: boolean;
  reached: number;
  /** Final status of the faulted deploy. */
  status: string;
  reason: string | null;
  /** Objects in the local AWS afterwards. */
  existing: number;
  /** Orphans by how they were settled: journal, approved search, a person, or absent. */
  journal: number;
  search: number;
  person: number;
  absent: number;
  /** Objects in neither state nor report, and objects created twice. */
  lost: number;
  duplicates: number;
  /** Milliseconds from the end of the fault to the end of the job. */
  recoveryMs: number;
  /** Each broken promise, in one sentence; empty if all were kept. */
  broken: string[];
};

/** Cloud behaviour during the faulted deploy and afterwards. */
const slowFaults = { delayMs: 700, loseAnswers: 0.01, breakBefore: 0.01 };
const noFaults = { delayMs: 0, loseAnswers: 0, breakBefore: 0 };
const gatewayBackMs = 60_000;

type Round = {
  client: Client;
  aws: LocalAws;
  projectId: string;
  stack: ChaosStack;
  before: Objects;
  broken: string[];
};

/** Deploys, injects the fault when a share of the resources is finished, then checks the promises. */
export async function chaosRound(
  world: ChaosWorld & { aws: LocalAws },
  fault: FaultName,
  options: { projectId: string; finished: number; stack: ChaosStack },
): Promise<RoundResult> {
  const { projectId, stack } = options;
  const expected = sizeOf(stack);
  const round: Round = {
    client: createClient(world.engine.url),
    aws: world.aws,
    projectId,
    stack,
    before: await cloudObjects(world.aws),
    broken: [],
  };
  const { client, broken } = round;
  world.slowAws.setFaults(slowFaults);
  const { body } = await client.post('/api/deploy', { projectId, iacCode: stack.code(projectId) });
  await applied(client, body.jobId, options.finished);
  const during = (await client.get(`/api/deploy/status/${body.jobId}`)).body.status === 'processing';
  const reached = await faults[fault](world, body.jobId);
  const healed = Date.now();
  const job = await endOf(client, body.jobId);
  const recoveryMs = Date.now() - healed;
  world.slowAws.setFaults(noFaults);

  const existing = minus(await cloudObjects(world.aws), round.before);
  const lost = await unknownTo(round, existing);
  if (lost > 0) broken.push(`${lost} objects are neither in the state nor in the report`);
  if (job.status === 'completed' && countOf(existing) !== expected)
    broken.push(`reported as completed with ${countOf(existing)} of ${expected} objects`);
  const duplicates = await converge(round);
  await destroy(round);
  return {
    fault,
    during,
    reached,
    status: job.status,
    reason: job.failure?.reason ?? null,
    existing: countOf(existing),
    ...(await settledBy(round)),
    lost,
    duplicates,
    recoveryMs,
    broken,
  };
}

/** Waits until an apply has finished this many resources, or the job has ended before. */
async function applied(client: Client, jobId: string, finished: number): Promise<void> {
  await waitFor(
    'the apply',
    async () => {
      const { body: job } = await client.get(`/api/deploy/status/${jobId}`);
      return job.endTime !== null || (job.step === 'apply' && job.resources.finished >= finished);
    },
    jobMs,
  );
}

/** Counts unknown objects. A report entry without an id accounts for one object of its type. */
async function unknownTo({ client, projectId }: Round, existing: Objects): Promise<number> {
  const { body } = await client.get(`/api/deploy/infrastructure/${projectId}`);
  const unrecorded = minus(existing, stateObjects(body.terraformState));
  const reported = (body.stateUncertain?.unrecorded ?? []) as { type: string }[];
  return [...unrecorded].reduce((sum, [type, ids]) => {
    const known = reported.filter((entry) => entry.type === type).length;
    return sum + Math.max(0, ids.size - known);
  }, 0);
}

/** Deploys again and settles the rest like an operator. Returns the number of surplus objects. */
async function converge(round: Round): Promise<number> {
  const { client, aws, projectId, stack, before, broken } = round;
  const expected = sizeOf(stack);
  const answer = await client.post('/api/deploy', { projectId, iacCode: stack.code(projectId) });
  const job = await endOf(client, answer.body.jobId, true);
  if (job.status !== 'completed') {
    broken.push(`the deploy after it ${job.status}: ${job.error}`);
    return 0;
  }
  broken.push(...(await settleByPerson(client, projectId)));
  const existing = minus(await cloudObjects(aws), before);
  const state = stateObjects((await client.get(`/api/deploy/state/${projectId}`)).body.state);
  const unrecorded = minus(existing, state);
  const tooMany = Object.entries(stack.objects).reduce(
    (sum, [type, count]) => sum + Math.max(0, (existing.get(type)?.size ?? 0) - count),
    0,
  );
  if (countOf(unrecorded) > 0) broken.push(`after the next deploy not in the state: ${textOf(unrecorded)}`);
  if (countOf(existing) !== expected || countOf(state) !== expected)
    broken.push(
      `after the next deploy ${countOf(existing)} exist and ${countOf(state)} are in the state, not ${expected}`,
    );
  return tooMany;
}

async function settledBy({ client, projectId }: Round) {
  const { orphans } = (await client.get(`/api/deploy/orphans/${projectId}`)).body as { orphans: Orphan[] };
  const count = (is: (orphan: Orphan) => boolean) => orphans.filter(is).length;
  return {
    journal: count(({ source, status }) => source === 'journal' && status === 'adopted'),
    search: count(({ source, status }) => source === 'search' && status === 'adopted'),
    person: count(({ status }) => status === 'deleted' || status === 'acknowledged'),
    absent: count(({ status }) => status === 'absent'),
  };
}

async function destroy({ client, aws, projectId, before, broken }: Round): Promise<void> {
  const answer = await waitFor(
    'the gateway',
    () => client.post('/api/deploy/destroy', { projectId }).catch(() => undefined),
    gatewayBackMs,
  );
  const job = await endOf(client, answer.body.jobId);
  if (job.status !== 'completed') broken.push(`the destroy ${job.status}: ${job.error}`);
  const left = minus(await cloudObjects(aws), before);
  if (countOf(left) > 0) broken.push(`left in the cloud after destroy: ${textOf(left)}`);
  const { body } = await client.get(`/api/deploy/jobs?projectId=${projectId}`);
  const unfinished = body.jobs.filter((other: JobView) => other.endTime === null);
  if (unfinished.length > 0)
    broken.push(`jobs without an end: ${unfinished.map((other: JobView) => other.jobId).join(', ')}`);
}
