import { createHash } from 'node:crypto';
import type { Budget, JobEventBody } from '@deployment-engine/contracts';
import { waitFor } from '../../testing/wait.ts';
import type { Context } from '../src/context.ts';
import { claimNextJob } from '../src/jobs/claim.ts';
import { findJob } from '../src/jobs/store.ts';
import { gatePhase } from '../src/jobs/worker/gate-phase.ts';
import type { JobWork, PhaseResult } from '../src/jobs/worker/job-work.ts';
import { settleJob } from '../src/jobs/worker/settle-job.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { JobSecrets } from '../src/projects/secrets/job-secrets.ts';
import type { JobRow, Lease } from '../src/server/database/job-row.ts';
import type { Query } from '../src/server/database/open.ts';
import type { TestGateway } from './support.ts';

type GateEvent = Extract<JobEventBody, { type: 'gate' }>;

export type StagedGate = {
  jobId: string;
  planDigest: string;
  claim(): Promise<void>;
  /** Reads the claimed job again. */
  reload(): Promise<void>;
  work(): JobWork;
  run(): Promise<PhaseResult>;
  complete(): Promise<void>;
  fail(result: PhaseResult): Promise<void>;
  events(): Promise<GateEvent[]>;
};

/** A deploy job claimed by the test, with the plan of one new NAT gateway, at the gate. */
export async function stageGate(
  { client, gateway: { context } }: TestGateway,
  options: { projectId: string; files: Record<string, string>; budget?: Partial<Budget> },
): Promise<StagedGate> {
  const { projectId, files, budget } = options;
  const { query } = context.database;
  if (budget) await client.request('PUT', `/api/deploy/costs/${projectId}/budget`, budget);
  const { body } = await client.post('/api/deploy', { projectId, files });
  const jobId: string = body.jobId;
  const planDigest = await storePlan(context, jobId);
  let claimed: { job: JobRow; lease: Lease } | undefined;
  const claim = async () => {
    // The gateway's worker locks a waiting job's row for a moment to store why it waits.
    const claimer = { owner: 'test', leaseSeconds: 600, lostHoldSeconds: 0 };
    claimed = await waitFor(`job ${jobId} to be claimable`, () => claimNextJob(query, claimer));
    if (claimed.job.id !== jobId) throw new Error(`claiming ${jobId}: got ${claimed.job.id}`);
  };
  await claim();
  const work = () => {
    if (!claimed) throw new Error(`job ${jobId} is not claimed`);
    const { job, lease } = claimed;
    const signal = new AbortController().signal;
    const secrets = new JobSecrets(context, job);
    return { context, job, lease, secrets, logger: context.logger, signal } as unknown as JobWork;
  };
  return {
    jobId,
    planDigest,
    claim,
    async reload() {
      const job = await findJob(query, jobId);
      if (claimed && job) claimed = { ...claimed, job };
    },
    work,
    run: () => gatePhase(work()),
    complete: () => settleJob(work(), { kind: 'done' }),
    fail: (result) => settleJob(work(), result as Parameters<typeof settleJob>[1]),
    events: () => gateEvents(query, jobId),
  };
}

/** Stores the plan and returns its digest. */
async function storePlan({ database, encryption }: Context, jobId: string): Promise<string> {
  const json = Buffer.from(JSON.stringify(plan));
  const digest = createHash('sha256').update(json).digest('hex');
  const origin = { stateSerial: null, stateLineage: null };
  await savePlan(database.query, encryption, { jobId, digest, ...origin, json, file: json });
  return digest;
}

async function gateEvents(query: Query, jobId: string): Promise<GateEvent[]> {
  const rows = await query
    .selectFrom('job_events')
    .select('body')
    .where('job_id', '=', jobId)
    .where('type', '=', 'gate')
    .orderBy('seq')
    .execute();
  return rows.map(({ body }) => JSON.parse(body));
}

const address = 'aws_nat_gateway.n';
const parts = { address, mode: 'managed', type: 'aws_nat_gateway', name: 'n' };
const plan = {
  format_version: '1.2',
  terraform_version: '1.11.0',
  resource_changes: [
    { ...parts, change: { actions: ['create'], before: null, after: {}, after_unknown: { id: true } } },
  ],
  configuration: {
    provider_config: { aws: { name: 'aws', expressions: { region: { constant_value: 'us-east-1' } } } },
    root_module: { resources: [{ ...parts, provider_config_key: 'aws' }] },
  },
};
