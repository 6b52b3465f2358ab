import {
  type AccountCredentials,
  accountCredentialsSchema,
  type StoreAccount,
} from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { type Selectable, sql } from 'kysely';
import { coversScope, type Principal, signedName } from '../../../access/principal.ts';
import { tenantOf } from '../../../access/tenant.ts';
import type { Query } from '../../../server/database/open.ts';
import type { Database } from '../../../server/database/schema.ts';
import type { Encryption } from '../../../server/encryption.ts';
import { environmentSecrets } from '../../redaction/known-secrets.ts';
import { accountEnvironment, providerOf } from './account-environment.ts';

export type AccountRow = Selectable<Database['cloud_accounts']>;
export type ProviderOfAccount = AccountRow['provider'];
/** Identifies an account: the tenant's pattern of projects, and the id that its deployments name. */
export type AccountKey = { tenant: string; id: string };

type Content = {
  /** `null` once they are deleted. */
  credentials: AccountCredentials | null;
  /** Texts of earlier credentials, newest first; used only for redaction. */
  retired: string[];
};
const maxRetired = 100;

/** Associated data that binds sealed credentials to their account. */
export function accountPlace({ tenant, id }: AccountKey): string {
  return `cloud-account|${tenant}|${id}`;
}

export function accountContent(encryption: Encryption, row: AccountKey & { content: Uint8Array }): Content {
  return JSON.parse(encryption.open(row.content, accountPlace(row)).toString());
}

/** Returns every text to redact of an account's credentials, also of earlier ones. */
export function accountSecrets({ credentials, retired }: Content): string[] {
  return [...(credentials ? environmentSecrets(accountEnvironment(credentials)) : []), ...retired];
}

/** Returns the tenant whose account a caller means: the named one, or its own. Throws `forbidden` for a tenant beyond its scope. */
export function accountTenant(principal: Principal, named: string | undefined): string {
  if (named === undefined) return tenantOf(principal);
  if (coversScope(principal, [named])) return named;
  throw new DomainError(
    'forbidden',
    `naming the tenant of a cloud account: ${named} is more than the projects of ${signedName(principal)}; give a pattern inside ${principal.projects.join(', ')}`,
  );
}

/** Stores credentials, in place of those that the account has. Throws `cloud_account_in_use` if deployments expect another cloud. */
export async function storeAccount(
  trx: Query,
  encryption: Encryption,
  key: AccountKey,
  { credentials, regions, default_region: region }: StoreAccount,
  by: string,
): Promise<AccountRow> {
  const provider = providerOf[credentials.kind];
  const before = await lockAccount(trx, key);
  await refuseOtherCloud(trx, key, provider);
  const retired = before ? accountSecrets(accountContent(encryption, before)) : [];
  const row = {
    provider,
    kind: credentials.kind,
    fields: JSON.stringify(Object.keys(credentials).filter((name) => name !== 'kind')),
    regions: regions && JSON.stringify(regions),
    default_region: region ?? regions?.[0] ?? null,
    content: sealed(encryption, key, { credentials, retired }),
    updated_by: by,
    updated_at: new Date(),
    deleted_at: null,
    ...(before?.deleted_at ? { created_by: by, created_at: new Date() } : {}),
  };
  return trx
    .insertInto('cloud_accounts')
    .values({ ...key, created_by: by, ...row })
    .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(row))
    .returningAll()
    .executeTakeFirstOrThrow();
}

function sealed(encryption: Encryption, key: AccountKey, { credentials, retired }: Content): Buffer {
  const content: Content = { credentials, retired: [...new Set(retired)].slice(0, maxRetired) };
  return encryption.seal(Buffer.from(JSON.stringify(content)), accountPlace(key));
}

async function lockAccount(trx: Query, { tenant, id }: AccountKey): Promise<AccountRow | undefined> {
  return trx
    .selectFrom('cloud_accounts')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

async function refuseOtherCloud(trx: Query, key: AccountKey, provider: ProviderOfAccount): Promise<void> {
  const other = await deploymentsOf(trx, key).where('provider', '!=', provider).limit(1).executeTakeFirst();
  if (!other) return;
  throw new DomainError(
    'cloud_account_in_use',
    `storing the cloud account ${key.id}: these are credentials of ${provider}, but the deployment ${other.id} names it for ${other.provider}; use another id, or delete the deployment`,
  );
}

/** The project of a deployment is named by its tenant's prefix and its id. */
const tenantOfDeployment = sql<string>`left(deployments.project_id, length(deployments.project_id) - length(deployments.id)) || '*'`;

/** Deployments whose runs need an account: also those that are only forgotten, as long as their projects have or may have resources. */
function deploymentsOf(trx: Query, { tenant, id }: AccountKey) {
  return trx
    .selectFrom('deployments')
    .select(['id', 'provider'])
    .where('cloud_account_id', '=', id)
    .where(
      sql<boolean>`(deleted_at is null
        or exists (select 1 from state_versions s
          where s.project_id = deployments.project_id and s.superseded_at is null and s.resource_count > 0)
        or exists (select 1 from orphans o where o.project_id = deployments.project_id and o.status = 'unresolved')
        or exists (select 1 from unsettled_runs u where u.project_id = deployments.project_id)
        or exists (select 1 from jobs j
          where j.project_id = deployments.project_id and j.status in ('pending', 'processing', 'awaiting_approval')))`,
    )
    .where(tenantOfDeployment, '=', tenant);
}

/** Returns an account that a caller may see; throws `cloud_account_not_found` for any other. */
export async function findAccount(
  query: Query,
  principal: Principal,
  named: { tenant: string | undefined; id: string },
): Promise<AccountRow> {
  const tenant = named.tenant ?? tenantOf(principal);
  const row = coversScope(principal, [tenant])
    ? await query
        .selectFrom('cloud_accounts')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', named.id)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
    : undefined;
  if (row) return row;
  throw new DomainError('cloud_account_not_found', `no cloud account ${named.id} has stored credentials`);
}

/** Returns a page of the accounts that a caller may see, newest first. */
export async function listAccounts(
  query: Query,
  principal: Principal,
  page: { before: number | undefined; limit: number },
): Promise<AccountRow[]> {
  const tenants = await query.selectFrom('cloud_accounts').select('tenant').distinct().execute();
  const visible = tenants.map(({ tenant }) => tenant).filter((tenant) => coversScope(principal, [tenant]));
  if (visible.length === 0) return [];
  let rows = query
    .selectFrom('cloud_accounts')
    .selectAll()
    .where('tenant', 'in', visible)
    .where('deleted_at', 'is', null)
    .orderBy('seq', 'desc')
    .limit(page.limit);
  if (page.before !== undefined) rows = rows.where('seq', '<', page.before);
  return rows.execute();
}

/** Deletes credentials; throws `cloud_account_in_use` while a deployment needs them. Their texts are still redacted. */
export async function removeAccount(
  trx: Query,
  encryption: Encryption,
  principal: Principal,
  named: { tenant: string | undefined; id: string },
): Promise<AccountKey> {
  const { tenant, id } = await findAccount(trx, principal, named);
  const row = await lockAccount(trx, { tenant, id });
  const user = await deploymentsOf(trx, { tenant, id }).limit(1).executeTakeFirst();
  if (user)
    throw new DomainError(
      'cloud_account_in_use',
      `deleting the cloud account ${id}: the deployment ${user.id} uses it; delete its deployments first, and destroy the projects of those whose resources were kept`,
    );
  const retired = row ? accountSecrets(accountContent(encryption, row)) : [];
  const content = sealed(encryption, { tenant, id }, { credentials: null, retired });
  await trx
    .updateTable('cloud_accounts')
    .set({ content, fields: '[]', deleted_at: new Date(), updated_at: new Date() })
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .execute();
  return { tenant, id };
}

/**
 * Refuses a deployment whose account has credentials of another cloud. Holds the account until the transaction ends, so that it
 * is not deleted meanwhile. An account without stored credentials is only a name.
 */
export async function requireCloudOfAccount(
  trx: Query,
  { tenant, id }: AccountKey,
  provider: ProviderOfAccount,
): Promise<void> {
  const row = await trx
    .selectFrom('cloud_accounts')
    .select('provider')
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forShare()
    .executeTakeFirst();
  if (!row || row.provider === provider) return;
  throw new DomainError('invalid_request', 'the request is not valid', {
    fields: [{ pointer: '/provider', detail: `the cloud account ${id} has credentials of ${row.provider}` }],
  });
}

/** The account that the project's deployment names, also after the deployment is deleted: the project can still have runs. */
export type ProjectAccount = AccountRow & {
  /** The cloud that the deployment names. */
  wanted: ProviderOfAccount;
  /** False once its credentials are deleted: then they are only redacted. */
  isUsable: boolean;
};

export async function accountOfProject(query: Query, projectId: string): Promise<ProjectAccount | undefined> {
  const row = await query
    .selectFrom('deployments')
    .innerJoin('cloud_accounts', (join) =>
      join
        .onRef('cloud_accounts.id', '=', 'deployments.cloud_account_id')
        .on('cloud_accounts.tenant', '=', tenantOfDeployment),
    )
    .selectAll('cloud_accounts')
    .select('deployments.provider as wanted')
    .where('deployments.project_id', '=', projectId)
    .executeTakeFirst();
  return row && { ...row, isUsable: row.deleted_at === null };
}

/** Parses stored credentials of an account that may be used. */
export function usableCredentials(encryption: Encryption, row: ProjectAccount): AccountCredentials | null {
  const { credentials } = accountContent(encryption, row);
  return row.isUsable && credentials ? accountCredentialsSchema.parse(credentials) : null;
}

/** Seals credentials again that an earlier key has sealed. Returns how many. */
export async function resealAccounts(query: Query, encryption: Encryption): Promise<number> {
  const rows = await query.selectFrom('cloud_accounts').select(['tenant', 'id', 'content']).execute();
  const old = rows.filter(({ content }) => !encryption.isCurrent(content));
  for (const row of old)
    await query
      .updateTable('cloud_accounts')
      .set({ content: encryption.sealAgain(row.content, accountPlace(row)) })
      .where('tenant', '=', row.tenant)
      .where('id', '=', row.id)
      .where('content', '=', row.content) // credentials replaced meanwhile are sealed with the current key
      .execute();
  return old.length;
}
