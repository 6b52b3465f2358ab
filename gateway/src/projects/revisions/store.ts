import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { canonicalJson, contentBytes, type Files } from '@deployment-engine/contracts';
import { revisionDigest } from '@deployment-engine/runner-api';
import { sql } from 'kysely';
import { shareLock } from '../../server/database/locks.ts';
import type { Query } from '../../server/database/open.ts';
import type { Encryption } from '../../server/encryption.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** The largest number of PostgreSQL's `integer`. */
const maxInteger = 2 ** 31 - 1;

export type RevisionFiles = Map<string, Buffer>;
export type Variables = Record<string, unknown>;
export type PreparedRevision = {
  digest: string;
  paths: string[];
  files: RevisionFiles;
  content: Buffer;
  variables: Variables;
};
export type Revision = {
  projectId: string;
  number: number;
  digest: string;
  paths: string[];
  variableNames: string[];
  createdAt: Date;
};

/** Does everything about a revision that needs no database, to keep the transaction short. */
export async function prepareRevision(files: Files, variables: Variables): Promise<PreparedRevision> {
  const contents: RevisionFiles = new Map(
    Object.entries(files).map(([path, content]) => [path, Buffer.from(contentBytes(content))]),
  );
  const json = JSON.stringify([...contents].map(([path, content]) => [path, content.toString('base64')]));
  return {
    digest: revisionDigest(contents),
    paths: [...contents.keys()].sort(),
    files: contents,
    content: await compress(json),
    variables,
  };
}

/** Stores a revision, or finds the one with the same files and variables. Returns its number, counted from 1. */
export async function saveRevision(
  trx: Query,
  encryption: Encryption,
  projectId: string,
  revision: PreparedRevision,
): Promise<number> {
  await saveContent(trx, revision);
  return saveKnownRevision(trx, encryption, projectId, revision);
}

/** Stores files by their digest, unless they are stored already. */
export async function saveContent(
  trx: Query,
  { digest, content, paths }: Pick<PreparedRevision, 'digest' | 'content' | 'paths'>,
): Promise<void> {
  await shareLock(trx, 'contents');
  await trx
    .insertInto('revision_contents')
    .values({ digest, content, paths: JSON.stringify(paths) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * Removes files that nothing names any more. Whoever removes what names them takes the lock `contents` first: a deploy of the
 * same files at this moment must not find them and then lose them.
 */
export async function removeUnnamedContent(trx: Query): Promise<void> {
  await sql`delete from revision_contents c
    where not exists (select 1 from revisions r where r.digest = c.digest)
      and not exists (select 1 from stack_revisions s where s.digest = c.digest)
      and not exists (select 1 from pipeline_tasks t where t.code_digest = c.digest)`.execute(trx);
}

/** Like `saveRevision`, for files that are stored already. */
export async function saveKnownRevision(
  trx: Query,
  encryption: Encryption,
  projectId: string,
  { digest, variables: given }: Pick<PreparedRevision, 'digest' | 'variables'>,
): Promise<number> {
  const variables = canonicalJson(given);
  const variablesDigest = createHash('sha256').update(variables).digest('hex');
  const known = await trx
    .selectFrom('revisions')
    .select('number')
    .where('project_id', '=', projectId)
    .where('digest', '=', digest)
    .where('variables_digest', '=', variablesDigest)
    .orderBy('number', 'desc')
    .executeTakeFirst();
  if (known) return known.number;
  const inserted = await trx
    .insertInto('revisions')
    .values({
      project_id: projectId,
      number: sql<number>`(select coalesce(max(number), 0) + 1 from revisions where project_id = ${projectId})`,
      digest,
      variables: encryption.seal(Buffer.from(variables), variablesPlace(projectId, variablesDigest)),
      variables_digest: variablesDigest,
      variable_names: JSON.stringify(Object.keys(given).sort()),
    })
    .returning('number')
    .executeTakeFirstOrThrow();
  return inserted.number;
}

export async function findRevision(
  query: Query,
  projectId: string,
  number: number,
): Promise<Revision | undefined> {
  if (number > maxInteger) return undefined;
  const row = await revisionRows(query, projectId).where('revisions.number', '=', number).executeTakeFirst();
  return row && toRevision(row);
}

/** Returns revisions, newest first; with `before`, only those with lower numbers. */
export async function listRevisions(
  query: Query,
  projectId: string,
  page: { before?: number | undefined; limit: number },
): Promise<Revision[]> {
  let rows = revisionRows(query, projectId).orderBy('revisions.number', 'desc').limit(page.limit);
  if (page.before !== undefined) rows = rows.where('revisions.number', '<', page.before);
  return (await rows.execute()).map(toRevision);
}

export async function readRevisionFiles(query: Query, digest: string): Promise<RevisionFiles> {
  const row = await query
    .selectFrom('revision_contents')
    .select('content')
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
  const entries: [string, string][] = JSON.parse((await decompress(row.content)).toString());
  return new Map(entries.map(([path, content]) => [path, Buffer.from(content, 'base64')]));
}

export async function readRevisionVariables(
  query: Query,
  encryption: Encryption,
  projectId: string,
  number: number,
): Promise<Variables> {
  const row = await query
    .selectFrom('revisions')
    .select(['variables', 'variables_digest'])
    .where('project_id', '=', projectId)
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
  return JSON.parse(
    encryption.open(row.variables, variablesPlace(projectId, row.variables_digest)).toString(),
  );
}

/** Associated data that binds sealed variables to their project and content. */
export function variablesPlace(projectId: string, variablesDigest: string): string {
  return `variables|${projectId}|${variablesDigest}`;
}

function revisionRows(query: Query, projectId: string) {
  return query
    .selectFrom('revisions')
    .innerJoin('revision_contents', 'revision_contents.digest', 'revisions.digest')
    .select([
      'revisions.project_id',
      'revisions.number',
      'revisions.digest',
      'revisions.variable_names',
      'revisions.created_at',
      'revision_contents.paths',
    ])
    .where('revisions.project_id', '=', projectId);
}

function toRevision(row: {
  project_id: string;
  number: number;
  digest: string;
  variable_names: string;
  created_at: Date;
  paths: string;
}): Revision {
  return {
    projectId: row.project_id,
    number: row.number,
    digest: row.digest,
    paths: JSON.parse(row.paths),
    variableNames: JSON.parse(row.variable_names),
    createdAt: row.created_at,
  };
}
