import { sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Context } from '../../context.ts';
import type { Owner, RedactorOf } from '../../http/redact-answer.ts';
import { newestPlanJobId, readPlanJson } from '../plans/store.ts';
import { environmentSecrets, leaves, planSecrets, stateSecrets } from '../redaction/known-secrets.ts';
import { Redactor } from '../redaction/redactor.ts';
import { findRevision, readRevisionFiles, readRevisionVariables } from '../revisions/store.ts';
import { readNewestState } from '../states/store.ts';
import { declaredVariables } from './declared-variables.ts';
import { projectValues, readSecrets } from './store.ts';

type Source = Pick<Context, 'config' | 'database' | 'encryption'>;

/** Bounded, as a redactor holds all forms of its secrets in memory. */
const maxKept = 50;
/** Variables of older revisions are not read for each answer; those that were deployed are in the state. */
const maxRevisions = 20;

/**
 * Returns redactors for answers, by project and job. They know the project's stored secrets, the operator's secrets,
 * sensitive variables of the newest revisions, and values that the newest state and plans mark as sensitive. A cached
 * redactor is replaced when any of these has changed.
 */
export function createAnswerRedactors(source: Source): RedactorOf<Redactor> {
  const kept = new LRUCache<string, { stamp: string; redactor: Promise<Redactor> }>({ max: maxKept });
  const operators = new Redactor(environmentSecrets(source.config.cloudEnvironment));
  return async (owner) => {
    const projectId = owner.projectId ?? (await projectOf(source, owner.jobId));
    if (projectId === undefined) return operators;
    const stamp = await stampOf(source, projectId);
    const key = `${projectId} ${owner.jobId ?? ''}`;
    const known = kept.get(key);
    if (known?.stamp === stamp) return known.redactor;
    const redactor = load(source, { ...owner, projectId });
    kept.set(key, { stamp, redactor });
    redactor.catch(() => kept.delete(key));
    return redactor;
  };
}

async function projectOf({ database }: Source, jobId: string | undefined): Promise<string | undefined> {
  if (jobId === undefined) return undefined;
  const row = await database.query
    .selectFrom('jobs')
    .select('project_id')
    .where('id', '=', jobId)
    .executeTakeFirst();
  return row?.project_id;
}

/** Returns a text that changes when anything that `load` reads changes. */
async function stampOf({ database }: Source, projectId: string): Promise<string> {
  const { rows } = await sql`
    select (select max(id) from state_versions where project_id = ${projectId}) as state,
      (select max(number) from revisions where project_id = ${projectId}) as revision,
      (select max(p.created_at) from plans p join jobs j on j.id = p.job_id where j.project_id = ${projectId}) as plan,
      (select count(*) || ' ' || max(updated_at) from project_secrets where project_id = ${projectId}) as secrets`.execute(
    database.query,
  );
  return JSON.stringify(rows);
}

async function load({ config, database, encryption }: Source, owner: Owner & { projectId: string }) {
  const { query } = database;
  const { projectId, jobId } = owner;
  const secrets = await readSecrets(query, encryption, projectId);
  const newest = await readNewestState(query, encryption, projectId);
  const values = [
    ...environmentSecrets(config.cloudEnvironment),
    ...projectValues(secrets),
    ...(newest ? stateSecrets(newest.state) : []),
  ];
  const plans = new Set([jobId, await newestPlanJobId(query, projectId)].filter((id) => id !== undefined));
  for (const id of plans) values.push(...(await plannedSecrets({ config, database, encryption }, id)));
  for (const number of await revisionNumbers({ config, database, encryption }, projectId, jobId)) {
    const revision = await findRevision(query, projectId, number);
    if (!revision || revision.variableNames.length === 0) continue;
    const declared = declaredVariables(await readRevisionFiles(query, revision.digest));
    const variables = await readRevisionVariables(query, encryption, projectId, number);
    for (const [name, value] of Object.entries(variables))
      if (declared.isSensitive(name)) values.push(...leaves(value));
  }
  return new Redactor(values);
}

async function plannedSecrets({ database, encryption }: Source, jobId: string): Promise<string[]> {
  const row = await database.query
    .selectFrom('plans')
    .select('job_id')
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  return row ? planSecrets(await readPlanJson(database.query, encryption, jobId)) : [];
}

/** Returns the numbers of the newest revisions and of the job's own. */
async function revisionNumbers({ database }: Source, projectId: string, jobId: string | undefined) {
  const newest = await database.query
    .selectFrom('revisions')
    .select('number')
    .where('project_id', '=', projectId)
    .orderBy('number', 'desc')
    .limit(maxRevisions)
    .execute();
  const own = await database.query
    .selectFrom('jobs')
    .select('revision')
    .where('id', '=', jobId ?? '')
    .executeTakeFirst();
  const numbers = [...newest.map(({ number }) => number), own?.revision ?? undefined];
  return new Set(numbers.filter((number) => number !== undefined));
}
