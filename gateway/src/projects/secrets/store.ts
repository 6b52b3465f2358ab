import { randomBytes } from 'node:crypto';
import type { CredentialName, WebIdentity } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { sql } from 'kysely';
import type { Query } from '../../server/database/open.ts';
import { createEncryption, type Encryption } from '../../server/encryption.ts';
import { environmentSecrets, leaves } from '../redaction/known-secrets.ts';
import { accountCredentials, type ProjectCredentials } from './cloud-accounts/project-credentials.ts';
import { dataKeyPlace, secretPlace } from './places.ts';
import { dropOldRetired, retire } from './retired.ts';

const maxSecrets = 200;
const maxBytes = 256 * 1024;

export type SecretKind = 'variable' | 'credential' | 'web_identity';

/** A project's secrets in the clear. They leave this process only for runs. */
export type ProjectSecrets = {
  variables: Record<string, unknown>;
  credentials: Partial<Record<CredentialName, string>>;
  webIdentity: WebIdentity | null;
  /** Credentials of the cloud account that the project's deployment names. */
  account: ProjectCredentials | null;
  /** Earlier values; used only for redaction. */
  retired: unknown[];
};

export type SecretName = { kind: SecretKind; name: string; updatedAt: Date; updatedBy: string };

/** A `value` of `undefined` or `null` removes the secret. */
export type SecretChange = { kind: SecretKind; name: string; value: unknown };

/** Stores and removes secrets. Each is sealed with the project's data key, which is created for its first secret. */
export async function changeSecrets(
  trx: Query,
  encryption: Encryption,
  projectId: string,
  changes: SecretChange[],
  updatedBy: string,
): Promise<void> {
  const dataKey = await lockDataKey(trx, encryption, projectId);
  for (const { kind, name, value } of changes) {
    await retire(trx, dataKey, projectId, kind, name);
    if (value === null || value === undefined) {
      await trx
        .deleteFrom('project_secrets')
        .where('project_id', '=', projectId)
        .where('kind', '=', kind)
        .where('name', '=', name)
        .execute();
      continue;
    }
    const content = dataKey.seal(Buffer.from(JSON.stringify(value)), secretPlace(projectId, kind, name));
    const row = { content, updated_at: new Date(), updated_by: updatedBy };
    await trx
      .insertInto('project_secrets')
      .values({ project_id: projectId, kind, name, ...row })
      .onConflict((conflict) => conflict.columns(['project_id', 'kind', 'name']).doUpdateSet(row))
      .execute();
  }
  await dropOldRetired(trx, projectId);
  await requireBounds(trx, projectId);
}

/** Throws if a project has too many secrets. Redaction searches all output of jobs for each form of each secret. */
async function requireBounds(trx: Query, projectId: string): Promise<void> {
  const { count, bytes } = await trx
    .selectFrom('project_secrets')
    .select([
      (select) => select.fn.countAll<number>().as('count'),
      sql<number>`coalesce(sum(length(content)), 0)::int`.as('bytes'),
    ])
    .where('project_id', '=', projectId)
    .where('kind', '!=', 'retired')
    .executeTakeFirstOrThrow();
  if (count > maxSecrets || bytes > maxBytes)
    throw new DomainError(
      'invalid_request',
      `storing secrets of project ${projectId}: it would have ${count} with ${bytes} bytes; at most ${maxSecrets} with ${maxBytes} bytes are kept; remove some by setting them to null`,
    );
}

export async function listSecretNames(query: Query, projectId: string): Promise<SecretName[]> {
  const rows = await query
    .selectFrom('project_secrets')
    .select(['kind', 'name', 'updated_at', 'updated_by'])
    .where('project_id', '=', projectId)
    .where('kind', '!=', 'retired')
    .orderBy('name')
    .execute();
  return rows.map((row) => ({
    kind: row.kind as SecretKind,
    name: row.name,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  }));
}

export async function readSecrets(
  query: Query,
  encryption: Encryption,
  projectId: string,
): Promise<ProjectSecrets> {
  const rows = await query
    .selectFrom('project_secrets')
    .innerJoin('project_data_keys', 'project_data_keys.project_id', 'project_secrets.project_id')
    .select(['kind', 'name', 'content', 'data_key'])
    .where('project_secrets.project_id', '=', projectId)
    .execute();
  const { account, retired } = await accountCredentials(query, encryption, projectId);
  const secrets: ProjectSecrets = { variables: {}, credentials: {}, webIdentity: null, account, retired };
  const sealedKey = rows[0]?.data_key;
  if (!sealedKey) return secrets;
  const dataKey = createEncryption(encryption.open(sealedKey, dataKeyPlace(projectId)));
  for (const { kind, name, content } of rows) {
    const value = JSON.parse(dataKey.open(content, secretPlace(projectId, kind, name)).toString());
    if (kind === 'variable') secrets.variables[name] = value;
    else if (kind === 'credential') secrets.credentials[name as CredentialName] = value;
    else if (kind === 'retired') secrets.retired.push(value);
    else secrets.webIdentity = value;
  }
  return secrets;
}

/** Returns every text to redact for a project's secrets, current and retired. */
export function projectValues({ variables, credentials, account, retired }: ProjectSecrets): string[] {
  const ofVariables = [...leaves(variables), ...leaves(retired)];
  return [
    ...environmentSecrets(credentials),
    ...environmentSecrets(account?.environment ?? {}),
    ...ofVariables,
  ];
}

/** Seals all secrets of a project with a new data key. */
export async function rotateDataKey(trx: Query, encryption: Encryption, projectId: string): Promise<void> {
  const old = await lockDataKey(trx, encryption, projectId);
  const bytes = randomBytes(32);
  const fresh = createEncryption(bytes);
  const rows = await trx
    .selectFrom('project_secrets')
    .select(['kind', 'name', 'content'])
    .where('project_id', '=', projectId)
    .execute();
  for (const { kind, name, content } of rows) {
    const place = secretPlace(projectId, kind, name);
    await trx
      .updateTable('project_secrets')
      .set({ content: fresh.seal(old.open(content, place), place) })
      .where('project_id', '=', projectId)
      .where('kind', '=', kind)
      .where('name', '=', name)
      .execute();
  }
  await trx
    .updateTable('project_data_keys')
    .set({ data_key: encryption.seal(bytes, dataKeyPlace(projectId)) })
    .where('project_id', '=', projectId)
    .execute();
}

/** Locks the row of the project's data key, so that no secret is sealed with a key that is being replaced. */
async function lockDataKey(trx: Query, encryption: Encryption, projectId: string): Promise<Encryption> {
  const place = dataKeyPlace(projectId);
  await trx
    .insertInto('project_data_keys')
    .values({ project_id: projectId, data_key: encryption.seal(randomBytes(32), place) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await trx
    .selectFrom('project_data_keys')
    .select('data_key')
    .where('project_id', '=', projectId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return createEncryption(encryption.open(row.data_key, place));
}
