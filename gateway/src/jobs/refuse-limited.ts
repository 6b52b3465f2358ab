import { DomainError } from '@deployment-engine/service';
import { type Principal, signedName } from '../access/principal.ts';

/** Throws `key_limited` for a key with stack limits: the code of a project could be anything. */
export function refuseLimited(principal: Principal, activity: string, projectId: string): void {
  if (principal.stackLimits === null) return;
  throw new DomainError(
    'key_limited',
    `${activity} project ${projectId}: the API key ${signedName(principal)} has stack limits and deploys stacks only; use a key without`,
  );
}
