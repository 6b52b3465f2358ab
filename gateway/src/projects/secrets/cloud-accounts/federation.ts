import type { AccountCredentials, AccountKind } from '@deployment-engine/contracts';
import type { Context } from '../../../context.ts';
import { assumeRole, type TemporaryCredentials } from '../web-identity/assume-role.ts';
import { exchangeForGoogle } from '../web-identity/exchange-for-google.ts';
import { tokenLifeSeconds, webIdentityToken } from '../web-identity/token.ts';
import type { AccountKey } from './store.ts';

export type JobOfToken = { id: string; projectId: string };

export function isFederated(kind: AccountKind): boolean {
  return kind === 'aws_role' || kind === 'azure_federated' || kind === 'gcp_federated';
}

/**
 * Returns the subject of the engine's token for an account, which the cloud's trust policy names. Neither a tenant nor an id has a
 * slash, so that two accounts never share one, and no project's subject begins like this.
 */
export function accountSubject({ tenant, id }: AccountKey): string {
  return `cloud-account:${tenant.slice(0, -1)}/${id}`;
}

/** Exchanges a token of the engine for credentials of one run; nothing for an account with stored keys. */
export async function federatedCredentials(
  context: Context,
  account: AccountKey & { credentials: AccountCredentials },
  job: JobOfToken,
): Promise<TemporaryCredentials | undefined> {
  const { credentials } = account;
  const subject = accountSubject(account);
  switch (credentials.kind) {
    case 'aws_role': {
      const { role_arn: roleArn, sts_region: region, duration_seconds: durationSeconds } = credentials;
      return assumeRole(context, { roleArn, region, durationSeconds }, { ...job, subject });
    }
    case 'azure_federated': {
      // The provider exchanges it; it takes no token that the engine could have got for it.
      const audience = 'api://AzureADTokenExchange';
      const token = await webIdentityToken(context, { subject, jobId: job.id, audience });
      const expiresAt = new Date(Date.now() + tokenLifeSeconds * 1000);
      return { environment: { ARM_OIDC_TOKEN: token }, expiresAt };
    }
    case 'gcp_federated': {
      const audience = `//iam.googleapis.com/${credentials.workload_identity_provider}`;
      const token = await webIdentityToken(context, { subject, jobId: job.id, audience });
      return exchangeForGoogle({ token, audience, subject, serviceAccount: credentials.service_account });
    }
    default:
      return undefined;
  }
}
