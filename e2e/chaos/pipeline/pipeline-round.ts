import type { PipelineView } from '@deployment-engine/contracts';
import { type Client, createClient } from '../../../testing/client.ts';
import { waitFor } from '../../../testing/wait.ts';
import { type ChaosWorld, type FaultName, faults } from '../faults.ts';
import { settleByPerson } from '../operator.ts';
import type { Crates } from './crates.ts';
import {
  brokenAfterDeploy,
  brokenAfterDestroy,
  brokenOutcome,
  lostObjects,
  type Surroundings,
} from './promises.ts';

/** When a fault happens: after this many components, while the next one is at this step. */
export type Moment = { fault: FaultName; ended: number; step: 'plan' | 'apply' };

export type PipelineRoundResult = {
  deploy: FaultOutcome;
  destroy: FaultOutcome;
  /** Each broken promise, in one sentence; empty if all were kept. */
  broken: string[];
};

type FaultOutcome = Moment & {
  /** Whether a component was at work at the fault, and how many processes the fault hit. */
  during: boolean;
  reached: number;
  /** How the pipeline with the fault ended, and how many resumptions it took to complete. */
  status: string;
  resumed: number;
  /** Approvals that a person gave, and milliseconds from the end of the fault to the end of that pipeline. */
  approvals: number;
  recoveryMs: number;
};

const slowFaults = { delayMs: 300, loseAnswers: 0.01, breakBefore: 0.01 };
const noFaults = { delayMs: 0, loseAnswers: 0, breakBefore: 0 };
const pipelineMs = 240_000;
const maxResumptions = 4;
const ends = ['completed', 'partial', 'failed', 'cancelled'];

type PipelineRound = Surroundings & { broken: string[] };
type Request = { operation: string; [field: string]: unknown };

/** Deploys the stack and destroys it, with a fault in each, and checks the promises after every step. */
export async function pipelineRound(
  world: ChaosWorld,
  sort: Crates,
  options: { environment: string; autoApprove: boolean; deploy: Moment; destroy: Moment },
): Promise<PipelineRoundResult> {
  const { environment, autoApprove } = options;
  const { files } = sort;
  const client = createClient(world.engine.url);
  const round: PipelineRound = { client, sort, environment, broken: [] };
  const request = { environment, autoApprove, onError: 'continue' };
  const deploy = await faulted(world, round, options.deploy, { operation: 'apply', ...request, files });
  round.broken.push(...(await brokenAfterDeploy(round)));
  const again = await approvedEnd(round, await start(round, { operation: 'apply', ...request, files }));
  if (again.view.status !== 'completed' || again.view.components.some(({ jobId }) => jobId !== null))
    round.broken.push(`an apply without a change is ${again.view.status} and has deployed something`);
  const destroy = await faulted(world, round, options.destroy, { operation: 'destroy', ...request });
  round.broken.push(...(await brokenAfterDestroy(round)));
  return { deploy, destroy, broken: round.broken };
}

/** Runs a pipeline with a fault, then resumes it until it is completed. */
async function faulted(
  world: ChaosWorld,
  round: PipelineRound,
  moment: Moment,
  request: Request,
): Promise<FaultOutcome> {
  const { broken } = round;
  world.slowAws.setFaults(slowFaults);
  const id = await start(round, request);
  const during = await reach(round, id, moment);
  const reached = await inject(world, round, id, moment.fault);
  const healed = Date.now();
  const first = await approvedEnd(round, id);
  const recoveryMs = Date.now() - healed;
  world.slowAws.setFaults(noFaults);
  broken.push(...(await brokenOutcome(round, first.view)), ...(await lostObjects(round)));
  let [last, approvals, resumed] = [first.view, first.approvals, 0];
  while (last.status !== 'completed' && resumed < maxResumptions) {
    await settle(round, last);
    const next = await approvedEnd(round, await resume(round, last.pipelineId));
    [last, approvals, resumed] = [next.view, approvals + next.approvals, resumed + 1];
    broken.push(...(await brokenOutcome(round, last)));
  }
  if (last.status !== 'completed')
    broken.push(`${request.operation} is ${last.status} after ${resumed} resumptions: ${last.error}`);
  const { status } = first.view;
  return { ...moment, during, reached, status, resumed, approvals, recoveryMs };
}

async function start({ client }: PipelineRound, request: Request): Promise<string> {
  const { operation, ...body } = request;
  const { status, body: answer } = await client.post(`/api/stacks/crates/${operation}`, body);
  if (status !== 202) throw new Error(`${operation}: ${status} ${JSON.stringify(answer)}`);
  return answer.pipelineId;
}

async function resume({ client }: PipelineRound, pipelineId: string): Promise<string> {
  const { status, body } = await client.post(`/api/stacks/pipelines/${pipelineId}/resume`, {
    autoApprove: true,
  });
  if (status !== 202) throw new Error(`resume: ${status} ${JSON.stringify(body)}`);
  return body.pipelineId;
}

/** Waits for the moment. Returns false if the pipeline has ended before it. */
async function reach({ client }: PipelineRound, id: string, { ended, step }: Moment): Promise<boolean> {
  return waitFor(
    `the moment in pipeline ${id}`,
    async () => {
      const view = await viewOf(client, id);
      if (view.status === 'awaiting_approval') await approve(client, view);
      if (ends.includes(view.status)) return { during: false };
      const { components } = view;
      if (components.filter(({ finishedAt }) => finishedAt !== null).length < ended) return undefined;
      for (const { jobId } of components.filter(({ status }) => status === 'applying')) {
        const job = jobId && (await client.get(`/api/deploy/status/${jobId}`)).body;
        if (job?.status === 'processing' && (step === 'plan' || job.step === step)) return { during: true };
      }
      return undefined;
    },
    pipelineMs,
  ).then(({ during }) => during);
}

async function inject(
  world: ChaosWorld,
  { client }: PipelineRound,
  id: string,
  fault: FaultName,
): Promise<number> {
  if (fault === 'kill-terraform' || fault === 'kill-provider') return kill(world, client, id, fault);
  if (fault !== 'cancel' && fault !== 'cancel-now') return faults[fault](world, '');
  const grace = fault === 'cancel-now' ? { graceSeconds: 0 } : {};
  return (await client.post(`/api/stacks/pipelines/${id}/cancel`, grace)).status === 202 ? 1 : 0;
}

/** Between two of its steps a job has no process: waits for one, at most until the pipeline has ended. */
async function kill(
  world: ChaosWorld,
  client: Client,
  id: string,
  fault: 'kill-terraform' | 'kill-provider',
): Promise<number> {
  return waitFor(
    `${fault} to find a process`,
    async () => {
      const reached = await faults[fault](world, '');
      const isOver = reached > 0 || ends.includes((await viewOf(client, id)).status);
      return isOver ? { reached } : undefined;
    },
    pipelineMs,
  ).then(({ reached }) => reached);
}

/** Waits for a pipeline's end and approves what waits, like an operator; retries while a gateway restarts. */
async function approvedEnd(
  { client }: PipelineRound,
  id: string,
): Promise<{ view: PipelineView; approvals: number }> {
  let approvals = 0;
  const view = await waitFor(
    `pipeline ${id} to end`,
    async () => {
      const seen = await viewOf(client, id).catch(() => undefined);
      if (seen?.status === 'awaiting_approval' && (await approve(client, seen))) approvals += 1;
      return seen && ends.includes(seen.status) && seen;
    },
    pipelineMs,
  );
  return { view, approvals };
}

async function viewOf(client: Client, id: string): Promise<PipelineView> {
  const { status, body } = await client.get(`/api/stacks/pipelines/${id}`);
  if (status !== 200) throw new Error(`reading pipeline ${id}: ${status}`);
  return body;
}

async function approve(client: Client, { pipelineId, planDigest }: PipelineView): Promise<boolean> {
  const answer = await client
    .post(`/api/stacks/pipelines/${pipelineId}/approve`, { planDigest })
    .catch(() => undefined);
  return answer?.status === 202;
}

/** An operator decides on orphans of failed destroys; a deploy adopts its own. */
async function settle({ client, broken }: PipelineRound, { type, components }: PipelineView): Promise<void> {
  if (type !== 'destroy') return;
  for (const { projectId, status } of components)
    if (status === 'failed') broken.push(...(await settleByPerson(client, projectId)));
}
