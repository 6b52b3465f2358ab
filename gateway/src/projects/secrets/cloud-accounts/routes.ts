import { type CloudAccount, endpoints } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Router } from 'express';
import { signedName } from '../../../access/principal.ts';
import type { Context } from '../../../context.ts';
import { cutPage, decodeNumberCursor } from '../../../http/cursor.ts';
import { type Input, route } from '../../../http/route.ts';
import { accountSubject, isFederated } from './federation.ts';
import {
  type AccountRow,
  accountTenant,
  findAccount,
  listAccounts,
  removeAccount,
  storeAccount,
} from './store.ts';

export function cloudAccountRoutes(router: Router, context: Context): void {
  const { query } = context.database;
  route(router, endpoints.storeCloudAccount, (input) => store(context, input));
  route(router, endpoints.cloudAccounts, async ({ query: { cursor, limit }, principal }) => {
    const before = decodeNumberCursor(cursor);
    const rows = await listAccounts(query, principal, { before, limit: limit + 1 });
    const { page, next } = cutPage(rows, limit, (row) => row.seq);
    return { cloud_accounts: page.map(present), next_cursor: next };
  });
  route(router, endpoints.cloudAccount, async ({ params, query: { tenant }, principal }) =>
    present(await findAccount(query, principal, { tenant, id: params.cloudAccountId })),
  );
  route(router, endpoints.removeCloudAccount, async ({ params, query: { tenant }, principal, call }) =>
    query.transaction().execute(async (trx) => {
      const named = { tenant, id: params.cloudAccountId };
      const removed = await removeAccount(trx, context.encryption, principal, named);
      await call.record(trx, { detail: { cloudAccount: removed.id, tenant: removed.tenant } });
      return { cloud_account_id: removed.id, message: 'The credentials are deleted' };
    }),
  );
}

async function store(
  { config, database, encryption }: Context,
  { params, query: named, body, principal, call }: Input<typeof endpoints.storeCloudAccount>,
): Promise<CloudAccount> {
  if (isFederated(body.credentials.kind) && !config.oidcIssuerUrl)
    throw new DomainError(
      'invalid_request',
      `storing a cloud account of the kind ${body.credentials.kind}: OIDC_ISSUER_URL, where the cloud finds the engine’s public keys, is not set; set it and restart the engine`,
    );
  const key = { tenant: accountTenant(principal, named.tenant), id: params.cloudAccountId };
  return database.query.transaction().execute(async (trx) => {
    const row = await storeAccount(trx, encryption, key, body, signedName(principal));
    const { provider, kind } = row;
    const detail = { cloudAccount: key.id, tenant: key.tenant, provider, kind, regions: body.regions };
    await call.record(trx, { detail });
    return present(row);
  });
}

function present(row: AccountRow): CloudAccount {
  return {
    cloud_account_id: row.id,
    tenant: row.tenant,
    provider: row.provider,
    kind: row.kind,
    fields: JSON.parse(row.fields),
    regions: row.regions && JSON.parse(row.regions),
    default_region: row.default_region,
    web_identity_subject: isFederated(row.kind) ? accountSubject(row) : null,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    updated_by: row.updated_by,
    updated_at: row.updated_at.toISOString(),
  };
}
