import { exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { v7 as uuid } from 'uuid';
import type { Context } from '../../../context.ts';
import { takeLock } from '../../../server/database/locks.ts';
import type { Query } from '../../../server/database/open.ts';
import type { Encryption } from '../../../server/encryption.ts';

/** How long a retired key stays published. Clouds cache the published keys for a while. */
const publishedMs = 24 * 3_600_000;
const algorithm = 'RS256';

export type PublicKey = { kty: string; kid: string; use: string; alg: string; n: string; e: string };

/** Returns the current signing key. The first call creates it. */
export async function signingKey({ database, encryption }: Context) {
  const row = (await newestKey(database.query)) ?? (await makeFirst(database.query, encryption));
  const jwk = JSON.parse(encryption.open(row.private_key, privateKeyPlace(row.id)).toString());
  return { kid: row.id, algorithm, key: await importJWK(jwk, algorithm) };
}

export async function publishedKeys(context: Context): Promise<PublicKey[]> {
  await signingKey(context);
  const rows = await context.database.query
    .selectFrom('web_identity_keys')
    .select('public_key')
    .where((row) =>
      row.or([row('retired_at', 'is', null), row('retired_at', '>', new Date(Date.now() - publishedMs))]),
    )
    .orderBy('created_at', 'desc')
    .execute();
  return rows.map((row) => JSON.parse(row.public_key));
}

export async function rotateSigningKey({ database, encryption }: Context): Promise<void> {
  await database.query.transaction().execute(async (trx) => {
    await takeLock(trx, 'webIdentityKeys'); // gateways that find no key at the same time create only one
    await trx
      .updateTable('web_identity_keys')
      .set({ retired_at: new Date() })
      .where('retired_at', 'is', null)
      .execute();
    await insertKey(trx, encryption);
  });
}

function newestKey(query: Query) {
  return query
    .selectFrom('web_identity_keys')
    .select(['id', 'private_key'])
    .where('retired_at', 'is', null)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

function makeFirst(query: Context['database']['query'], encryption: Encryption) {
  return query.transaction().execute(async (trx) => {
    await takeLock(trx, 'webIdentityKeys'); // gateways that find no key at the same time create only one
    return (await newestKey(trx)) ?? insertKey(trx, encryption);
  });
}

async function insertKey(trx: Query, encryption: Encryption) {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const id = uuid();
  const published: JWK = { ...(await exportJWK(publicKey)), kid: id, use: 'sig', alg: algorithm };
  const row = {
    id,
    private_key: encryption.seal(
      Buffer.from(JSON.stringify(await exportJWK(privateKey))),
      privateKeyPlace(id),
    ),
    public_key: JSON.stringify(published),
  };
  await trx.insertInto('web_identity_keys').values(row).execute();
  return row;
}

/** Associated data that binds a sealed private key to its id. */
export function privateKeyPlace(id: string): string {
  return `web-identity-key|${id}`;
}
