import type { RunRequest } from '@deployment-engine/runner-api';
import { DomainError } from '@deployment-engine/service';
import { sha256 } from '../files/sha256.ts';
import { jobPaths } from '../workdir/job-paths.ts';
import { planDigest, planDigestOfJob } from '../workdir/plan-digest.ts';

/** Throws if the plan of an apply is missing in both job folder and request, or is not the requested one. */
export async function checkPlan(runsDir: string, runId: string, request: RunRequest): Promise<void> {
  if (request.kind !== 'apply') return;
  const kept = await planDigestOfJob(jobPaths(runsDir, request.jobId, request.rootModule), request);
  if (kept === request.planDigest) return;
  if (!request.savedPlan)
    throw new DomainError('plan_not_found', `starting run ${runId}: the plan is not here; send savedPlan`);
  const sent = planDigest({
    planSha256: sha256(Buffer.from(request.savedPlan, 'base64')),
    revisionDigest: request.revisionDigest,
    rootModule: request.rootModule,
    variables: request.variables,
    stateSha256: request.state ? sha256(Buffer.from(request.state.content, 'base64')) : undefined,
  });
  if (sent !== request.planDigest)
    throw new DomainError(
      'plan_digest_mismatch',
      `starting run ${runId}: plan, code, variables and state are not those of plan ${request.planDigest}`,
    );
}
