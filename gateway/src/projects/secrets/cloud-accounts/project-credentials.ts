import type { AccountCredentials } from '@deployment-engine/contracts';
import type { Query } from '../../../server/database/open.ts';
import type { Encryption } from '../../../server/encryption.ts';
import { accountEnvironment, regionEnvironment } from './account-environment.ts';
import {
  type AccountKey,
  accountContent,
  accountOfProject,
  accountSecrets,
  type ProviderOfAccount,
  usableCredentials,
} from './store.ts';

/** The credentials of a cloud account in the clear, for the runs of one project. */
export type ProjectCredentials = AccountKey & {
  provider: ProviderOfAccount;
  /** The cloud that the deployment names; other credentials are given to no run. */
  wanted: ProviderOfAccount;
  credentials: AccountCredentials;
  environment: Record<string, string>;
};

/** Returns the credentials of the account that a project's deployment names, and texts to redact that no run gets any more. */
export async function accountCredentials(
  query: Query,
  encryption: Encryption,
  projectId: string,
): Promise<{ account: ProjectCredentials | null; retired: unknown[] }> {
  const row = await accountOfProject(query, projectId);
  if (!row) return { account: null, retired: [] };
  const credentials = usableCredentials(encryption, row);
  if (!credentials) return { account: null, retired: accountSecrets(accountContent(encryption, row)) };
  const { tenant, id, provider, wanted } = row;
  const environment = {
    ...accountEnvironment(credentials),
    ...regionEnvironment(provider, row.default_region),
  };
  const { retired } = accountContent(encryption, row);
  return { account: { tenant, id, provider, wanted, credentials, environment }, retired };
}
