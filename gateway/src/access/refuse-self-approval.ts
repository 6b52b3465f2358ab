import { DomainError } from '@deployment-engine/service';
import type { AccessConfig } from './access-config.ts';
import type { Principal } from './principal.ts';

/** Throws if the caller requested what they approve. An open engine cannot tell callers apart, so it does not check. */
export function refuseSelfApproval(
  access: Pick<AccessConfig, 'allowSelfApproval'>,
  principal: Principal,
  approved: { what: string; createdBy: string },
): void {
  if (principal.kind === 'open' || access.allowSelfApproval) return;
  if (approved.createdBy === principal.id)
    throw new DomainError(
      'self_approval',
      `approving ${approved.what}: ${principal.name} requested it; somebody else must approve it`,
    );
}
