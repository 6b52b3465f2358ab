import { mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, type RunOutcome, type StepName } from '@deployment-engine/contracts';
import { type RunRequest, runRequestSchema } from '@deployment-engine/runner-api';
import { writeAtomically } from '../files/atomic-write.ts';
import { sha256 } from '../files/sha256.ts';
import type { StopReason } from '../terminate/stop-reason.ts';

/** What is known about a run beyond its events: `run.json` in the run's folder. */
export type RunRecord = {
  runId: string;
  jobId: string;
  projectId: string;
  kind: RunRequest['kind'];
  rootModule: string;
  /** Digest of the request; tells a repeated request from a different one with the same id. */
  requestDigest: string;
  startedAt: string;
  finishedAt: string | null;
  outcome: RunOutcome | null;
  stop: StopReason | null;
  /** Addresses of the providers whose calls are in the job's journal. */
  journaledProviders: string[];
  /** Digest of the state at the start of the run; only a different state is reported. */
  baseStateSha256: string | null;
  step: StepName | null;
};

export function newRecord(runId: string, request: RunRequest): RunRecord {
  return {
    runId,
    jobId: request.jobId,
    projectId: request.projectId,
    kind: request.kind,
    rootModule: request.rootModule,
    requestDigest: requestDigest(request),
    startedAt: new Date().toISOString(),
    finishedAt: null,
    outcome: null,
    stop: null,
    journaledProviders: [],
    baseStateSha256: null,
    step: null,
  };
}

/**
 * Digests what identifies a request. A retry may carry fresh credentials and endpoints, and for an apply a
 * state that the run itself has changed, or the plan file: `planDigest` identifies the plan.
 */
export function requestDigest(request: RunRequest): string {
  const { environment: _environment, egressAllow: _egressAllow, ...rest } = request;
  if (rest.kind !== 'apply') return sha256(canonicalJson(rest));
  const { state: _state, savedPlan: _savedPlan, ...apply } = rest;
  return sha256(canonicalJson(apply));
}

export async function saveRecord(directory: string, record: RunRecord): Promise<void> {
  await writeAtomically(join(directory, 'run.json'), JSON.stringify(record));
}

export function loadRecord(directory: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Saves the whole request, readable only by the runner, while the run is in progress: a restarted runner
 * needs its credentials for the next step.
 */
export async function saveRequest(directory: string, request: RunRequest): Promise<void> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await writeAtomically(join(directory, 'request.json'), JSON.stringify(request));
}

export function loadRequest(directory: string): RunRequest | undefined {
  try {
    return runRequestSchema.parse(JSON.parse(readFileSync(join(directory, 'request.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

export async function forgetRequest(directory: string): Promise<void> {
  await rm(join(directory, 'request.json'), { force: true });
}
