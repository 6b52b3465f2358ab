import type { AccountCredentials, AccountKind } from '@deployment-engine/contracts';
import type { ProviderOfAccount } from './store.ts';

export const providerOf = {
  aws_access_key: 'aws',
  aws_role: 'aws',
  azure_client_secret: 'azure',
  azure_federated: 'azure',
  gcp_service_account_key: 'gcp',
  gcp_federated: 'gcp',
} as const satisfies Record<AccountKind, ProviderOfAccount>;

/** Returns the variables by which a cloud's provider takes credentials; what a token is exchanged for comes with each run. */
export function accountEnvironment(credentials: AccountCredentials): Record<string, string> {
  switch (credentials.kind) {
    case 'aws_access_key':
      return {
        AWS_ACCESS_KEY_ID: credentials.access_key_id,
        AWS_SECRET_ACCESS_KEY: credentials.secret_access_key,
        ...(credentials.session_token ? { AWS_SESSION_TOKEN: credentials.session_token } : {}),
      };
    case 'aws_role':
      return {};
    case 'azure_client_secret':
      return { ...inAzure(credentials), ARM_CLIENT_SECRET: credentials.client_secret };
    case 'azure_federated':
      return { ...inAzure(credentials), ARM_USE_OIDC: 'true' };
    case 'gcp_service_account_key':
      return {
        GOOGLE_CREDENTIALS: credentials.service_account_key,
        ...(credentials.project ? { GOOGLE_PROJECT: credentials.project } : {}),
      };
    case 'gcp_federated':
      return { GOOGLE_PROJECT: credentials.project };
  }
}

function inAzure({
  tenant_id,
  subscription_id,
  client_id,
}: Extract<AccountCredentials, { client_id: string }>): Record<string, string> {
  return { ARM_TENANT_ID: tenant_id, ARM_SUBSCRIPTION_ID: subscription_id, ARM_CLIENT_ID: client_id };
}

/** Returns the variables that name the region where code names none. */
export function regionEnvironment(
  provider: ProviderOfAccount,
  region: string | null,
): Record<string, string> {
  if (region === null || provider === 'azure') return {}; // its provider has no region
  return provider === 'aws' ? { AWS_REGION: region, AWS_DEFAULT_REGION: region } : { GOOGLE_REGION: region };
}
