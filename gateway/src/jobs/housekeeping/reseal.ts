import { auditKeyPlace } from '../../access/audit/log.ts';
import type { Context } from '../../context.ts';
import { planPlace } from '../../projects/plans/plan-place.ts';
import { variablesPlace } from '../../projects/revisions/store.ts';
import { resealAccounts } from '../../projects/secrets/cloud-accounts/store.ts';
import { dataKeyPlace } from '../../projects/secrets/places.ts';
import { privateKeyPlace } from '../../projects/secrets/web-identity/signing-keys.ts';
import { statePlace } from '../../projects/states/store.ts';
import { orphanPlace } from '../recovery/orphan-store.ts';
import { terraformLogPlace } from '../terraform-logs/store.ts';

const batchSize = 100;

/**
 * Seals again, with the current key, all values that an earlier key has sealed. Runs at start if earlier keys are
 * configured; `others` does the same for values of other parts. Those keys can be removed from the settings once it has logged its end.
 */
export async function resealOld(
  context: Context,
  others: () => Promise<Record<string, number>> = async () => ({}),
): Promise<void> {
  if (context.config.previousEncryptionKeys.length === 0) return;
  try {
    const counts = {
      stateVersions: await resealStates(context),
      plans: await resealPlans(context),
      revisions: await resealRevisions(context),
      auditKey: await resealAuditKey(context),
      dataKeys: await resealDataKeys(context),
      webIdentityKeys: await resealWebIdentityKeys(context),
      cloudAccounts: await resealAccounts(context.database.query, context.encryption),
      orphans: await resealOrphans(context),
      terraformLogs: await resealTerraformLogs(context),
      ...(await others()),
    };
    context.logger.info('everything is sealed with the current key', counts);
  } catch (error) {
    context.logger.error('sealing with the current key', { error });
  }
}

async function resealStates({ database, encryption }: Context): Promise<number> {
  let resealed = 0;
  for (let after = 0; ; ) {
    const rows = await database.query
      .selectFrom('state_versions')
      .select(['id', 'project_id', 'sha256', 'content'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(batchSize)
      .execute();
    for (const row of rows) {
      if (encryption.isCurrent(row.content)) continue;
      const place = statePlace(row.project_id, row.sha256);
      const content = encryption.sealAgain(row.content, place);
      await database.query.updateTable('state_versions').set({ content }).where('id', '=', row.id).execute();
      resealed += 1;
    }
    const last = rows.at(-1);
    if (!last) return resealed;
    after = last.id;
  }
}

async function resealPlans({ database, encryption }: Context): Promise<number> {
  let resealed = 0;
  for (let after = ''; ; ) {
    const rows = await database.query
      .selectFrom('plans')
      .select(['job_id', 'content', 'plan_file', 'seal'])
      .where('job_id', '>', after)
      .orderBy('job_id')
      .limit(batchSize)
      .execute();
    for (const row of rows) {
      if (encryption.isCurrent(row.content)) continue;
      const again = (sealed: Uint8Array, part: 'json' | 'file' | 'seal') => {
        const place = planPlace(row.job_id, part);
        return encryption.sealAgain(sealed, place);
      };
      await database.query
        .updateTable('plans')
        .set({
          content: again(row.content, 'json'),
          plan_file: row.plan_file && again(row.plan_file, 'file'),
          seal: row.seal && again(row.seal, 'seal'),
        })
        .where('job_id', '=', row.job_id)
        .execute();
      resealed += 1;
    }
    const last = rows.at(-1);
    if (!last) return resealed;
    after = last.job_id;
  }
}

async function resealRevisions({ database, encryption }: Context): Promise<number> {
  let resealed = 0;
  const rows = await database.query
    .selectFrom('revisions')
    .select(['project_id', 'number', 'variables_digest'])
    .execute();
  for (const row of rows) {
    const { variables } = await database.query
      .selectFrom('revisions')
      .select('variables')
      .where('project_id', '=', row.project_id)
      .where('number', '=', row.number)
      .executeTakeFirstOrThrow();
    if (encryption.isCurrent(variables)) continue;
    const place = variablesPlace(row.project_id, row.variables_digest);
    await database.query
      .updateTable('revisions')
      .set({ variables: encryption.sealAgain(variables, place) })
      .where('project_id', '=', row.project_id)
      .where('number', '=', row.number)
      .execute();
    resealed += 1;
  }
  return resealed;
}

/** Seals only the data keys again; the secrets that they seal do not change. */
async function resealDataKeys({ database, encryption }: Context): Promise<number> {
  const { query } = database;
  const rows = await query.selectFrom('project_data_keys').selectAll().execute();
  const old = rows.filter((row) => !encryption.isCurrent(row.data_key));
  for (const row of old) {
    const place = dataKeyPlace(row.project_id);
    await query
      .updateTable('project_data_keys')
      .set({ data_key: encryption.sealAgain(row.data_key, place) })
      .where('project_id', '=', row.project_id)
      .where('data_key', '=', row.data_key) // a concurrent rotation has stored another key
      .execute();
  }
  return old.length;
}

async function resealWebIdentityKeys({ database, encryption }: Context): Promise<number> {
  const rows = await database.query.selectFrom('web_identity_keys').select(['id', 'private_key']).execute();
  const old = rows.filter((row) => !encryption.isCurrent(row.private_key));
  for (const row of old) {
    const place = privateKeyPlace(row.id);
    await database.query
      .updateTable('web_identity_keys')
      .set({ private_key: encryption.sealAgain(row.private_key, place) })
      .where('id', '=', row.id)
      .execute();
  }
  return old.length;
}

async function resealAuditKey({ database, encryption }: Context): Promise<number> {
  const head = await database.query.selectFrom('audit_head').select('sealed_key').executeTakeFirstOrThrow();
  if (encryption.isCurrent(head.sealed_key)) return 0;
  const sealed_key = encryption.sealAgain(head.sealed_key, auditKeyPlace);
  await database.query.updateTable('audit_head').set({ sealed_key }).execute();
  return 1;
}

async function resealOrphans({ database, encryption }: Context): Promise<number> {
  const rows = await database.query
    .selectFrom('orphans')
    .select(['id', 'content'])
    .where('content', 'is not', null)
    .execute();
  const old = rows.flatMap(({ id, content }) =>
    content && !encryption.isCurrent(content) ? [{ id, sealed: content }] : [],
  );
  for (const { id, sealed } of old) {
    const place = orphanPlace(id);
    await database.query
      .updateTable('orphans')
      .set({ content: encryption.sealAgain(sealed, place) })
      .where('id', '=', id)
      .where('content', '=', sealed) // an orphan settled in the meantime has no content
      .execute();
  }
  return old.length;
}

/** Reads one log at a time: each may have megabytes. */
async function resealTerraformLogs({ database, encryption }: Context): Promise<number> {
  let resealed = 0;
  const { query } = database;
  for (const { job_id, runner_url } of await query
    .selectFrom('terraform_logs')
    .select(['job_id', 'runner_url'])
    .execute()) {
    const found = query.selectFrom('terraform_logs').select('content');
    const row = await found
      .where('job_id', '=', job_id)
      .where('runner_url', '=', runner_url)
      .executeTakeFirst();
    if (!row || encryption.isCurrent(row.content)) continue;
    const place = terraformLogPlace(job_id, runner_url);
    await query
      .updateTable('terraform_logs')
      .set({ content: encryption.sealAgain(row.content, place) })
      .where('job_id', '=', job_id)
      .where('runner_url', '=', runner_url)
      .where('content', '=', row.content)
      .execute();
    resealed += 1;
  }
  return resealed;
}
