import type { JobErrorReason, JobView } from '@deployment-engine/contracts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { ownCommand } from '../messages/own-command.ts';

/** Failures of which a person can say: it may pass. */
const blockedReasons: readonly JobErrorReason[] = [
  'policy_denied',
  'budget_exceeded',
  'costs_not_readable',
  'unaccounted_objects',
];

export function jobExitCode({ status, failure }: JobView): ExitCode {
  if (status === 'awaiting_approval') return exitCodes.waiting;
  if (status === 'failed' && failure && blockedReasons.includes(failure.reason)) return exitCodes.waiting;
  return status === 'completed' ? exitCodes.done : exitCodes.failed;
}

/** Says where and how to approve; the digest binds the approval to the plan that was shown. */
export function waitingText({ jobId, planDigest }: JobView, url: string): string {
  const deployer = ownCommand(`--url ${url}`);
  return [
    `job ${jobId} waits for approval`,
    `  approve:  ${deployer} approve ${jobId} --plan-digest ${planDigest}`,
    `  reject:   ${deployer} reject ${jobId}`,
  ].join('\n');
}
