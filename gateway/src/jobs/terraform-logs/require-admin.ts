import type { TerraformLogLevel } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { hasRole, type Principal } from '../../access/principal.ts';

/** Terraform's own log may hold values that nobody has marked as secret. */
export function requireAdminForLog(
  principal: Principal,
  { terraformLog }: { terraformLog?: TerraformLogLevel | undefined },
): void {
  if (terraformLog === undefined || hasRole(principal, 'admin')) return;
  throw new DomainError(
    'forbidden',
    `asking for Terraform's own log: terraformLog needs the role admin; the caller is ${principal.role}; ask without it`,
  );
}
