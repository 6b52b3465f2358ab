import { LRUCache } from 'lru-cache';
import type { Context } from '../../context.ts';
import type { Owner, RedactorOf } from '../../http/redact-answer.ts';
import { newestPlanJobId, readPlanJson } from '../plans/store.ts';
import { environmentSecrets, leaves, planSecrets, stateSecrets } from '../redaction/known-secrets.ts';
import { Redactor } from '../redaction/redactor.ts';
import { findRevision, readRevisionFiles, readRevisionVariables } from '../revisions/store.ts';
import { readNewestState } from '../states/store.ts';
import { declaredIn } from './declared-variables.ts';
import { createStamps } from './stamps.ts';
import { projectValues, readSecrets } from './store.ts';

type Source = Pick<Context, 'config' | 'database' | 'encryption'>;

/** Redactors that are kept: one page of a list or one stack can need hundreds, and each is small. */
const maxKept = 1000;
/** Characters of the secrets of all kept redactors; a redactor holds all their forms in memory. */
const maxCharacters = 4_000_000;
/** Variables of older revisions are not read for each answer; those that were deployed are in the state. */
const maxRevisions = 20;

/**
 * Returns redactors for answers, by project and job. They know the project's stored secrets, the operator's secrets,
 * sensitive variables of the newest revisions, and values that the newest state and plans mark as sensitive. A cached
 * redactor is replaced when any of these has changed.
 */
export function createAnswerRedactors(source: Source): RedactorOf<Redactor> {
  const kept = new LRUCache<string, Kept>({ max: maxKept, maxSize: maxCharacters });
  const stampOf = createStamps(source.database);
  const operators = new Redactor(environmentSecrets(source.config.cloudEnvironment));
  return async (owner) => {
    const projectId = owner.projectId ?? (await projectOf(source, owner.jobId));
    if (projectId === undefined) return operators;
    const stamp = await stampOf(projectId);
    const key = `${projectId} ${owner.jobId ?? ''}`;
    const known = kept.get(key);
    if (known?.stamp === stamp) return known.redactor;
    const values = load(source, { ...owner, projectId });
    const entry = { stamp, redactor: values.then((secrets) => new Redactor(secrets)) };
    kept.set(key, entry, { size: 1 });
    values.then(
      (secrets) => kept.get(key) === entry && kept.set(key, entry, { size: charactersOf(secrets) }),
      () => kept.get(key) === entry && kept.delete(key),
    );
    return entry.redactor;
  };
}

type Kept = { stamp: string; redactor: Promise<Redactor> };

function charactersOf(secrets: string[]): number {
  return 1 + secrets.reduce((sum, { length }) => sum + length, 0);
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

/** Returns all values that answers about the project must not show. */
async function load(
  { config, database, encryption }: Source,
  owner: Owner & { projectId: string },
): Promise<string[]> {
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
    const declared = await declaredIn(revision.digest, () => readRevisionFiles(query, revision.digest));
    const variables = await readRevisionVariables(query, encryption, projectId, number);
    for (const [name, value] of Object.entries(variables))
      if (declared.isSensitive(name)) values.push(...leaves(value));
  }
  return values;
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
