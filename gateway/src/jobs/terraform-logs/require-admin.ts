import type { TerraformLogLevel } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { hasRole, type Principal } from '../../access/principal.ts';

/** Throws unless the caller is an admin: Terraform's own log may contain secrets that nobody has marked. */
export function requireAdminForLog(
  principal: Principal,
  { terraformLog }: { terraformLog?: TerraformLogLevel | undefined },
): void {
  if (terraformLog === undefined || hasRole(principal, 'admin')) return;
  throw new DomainError(
    'forbidden',
    `requesting Terraform's own log: terraformLog needs the role admin; the caller is ${principal.role}; leave it out`,
  );
}
