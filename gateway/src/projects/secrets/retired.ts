import { v7 as uuid } from 'uuid';
import type { Query } from '../../server/database/open.ts';
import type { Encryption } from '../../server/encryption.ts';
import { environmentSecrets, leaves } from '../redaction/known-secrets.ts';
import { secretPlace } from './places.ts';
import type { SecretKind } from './store.ts';

const maxRetired = 200;

/** Keeps a secret's old value before it is replaced or removed: older states and plans still contain it. */
export async function retire(
  trx: Query,
  dataKey: Encryption,
  projectId: string,
  kind: SecretKind,
  name: string,
): Promise<void> {
  const row = await trx
    .selectFrom('project_secrets')
    .select(['content', 'updated_by'])
    .where('project_id', '=', projectId)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .executeTakeFirst();
  if (!row) return;
  const value = JSON.parse(dataKey.open(row.content, secretPlace(projectId, kind, name)).toString());
  const values = secretTexts(kind, name, value);
  if (values.length === 0) return;
  const retiredName = `${name}@${uuid()}`;
  const place = secretPlace(projectId, 'retired', retiredName);
  await trx
    .insertInto('project_secrets')
    .values({
      project_id: projectId,
      kind: 'retired',
      name: retiredName,
      content: dataKey.seal(Buffer.from(JSON.stringify(values)), place),
      updated_by: row.updated_by,
    })
    .execute();
}

/** Returns the secret texts of a value; a region or a key's id is not secret. */
function secretTexts(kind: SecretKind, name: string, value: unknown): string[] {
  if (kind === 'web_identity') return [];
  return kind === 'credential' ? environmentSecrets({ [name]: String(value) }) : leaves(value);
}

export async function dropOldRetired(trx: Query, projectId: string): Promise<void> {
  const kept = trx
    .selectFrom('project_secrets')
    .select('name')
    .where('project_id', '=', projectId)
    .where('kind', '=', 'retired')
    .orderBy('updated_at', 'desc')
    .limit(maxRetired);
  await trx
    .deleteFrom('project_secrets')
    .where('project_id', '=', projectId)
    .where('kind', '=', 'retired')
    .where('name', 'not in', kept)
    .execute();
}
