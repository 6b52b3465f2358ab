import type { RepositoryFiles } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../../context.ts';
import {
  type PreparedRevision,
  prepareRevision,
  readRevisionFiles,
  saveContent,
} from '../../projects/revisions/store.ts';
import { takeLock } from '../../server/database/locks.ts';
import type { Query } from '../../server/database/open.ts';
import { repositoryTexts } from '../../stacks/repository-texts.ts';

export type Repository = {
  /** Path → text, as the resolver reads it. */
  texts: Map<string, string>;
  /** `undefined` if it is stored already. */
  upload: { prepared: PreparedRevision; folders: string[] } | undefined;
  number: number | undefined;
};

type Source = {
  stack: string;
  files?: RepositoryFiles | undefined;
  folders?: string[] | undefined;
  revision?: number | undefined;
};

/** Reads an uploaded repository, or a stored one by its number. Throws `stack_revision_not_found`. */
export async function readRepository({ database }: Context, source: Source): Promise<Repository> {
  const { stack, files, folders = [], revision } = source;
  if (files) {
    const prepared = await prepareRevision(files, {});
    return { texts: repositoryTexts(files, folders), upload: { prepared, folders }, number: undefined };
  }
  const row = await findRepository(database.query, stack, revision ?? 0);
  const stored = await readRevisionFiles(database.query, row.digest);
  const contents = [...stored].map(([path, bytes]) => [path, { base64: bytes.toString('base64') }] as const);
  const texts = repositoryTexts(Object.fromEntries(contents), JSON.parse(row.folders));
  return { texts, upload: undefined, number: row.number };
}

/** Stores an uploaded repository. Returns its number, counted from 1 in its stack; equal files keep their number. */
export async function saveRepository(
  trx: Query,
  stack: string,
  { upload, number }: Repository,
  createdBy: string,
): Promise<number> {
  if (!upload) return requireStored(trx, stack, number ?? 0);
  await takeLock(trx, 'stack', stack);
  const newest = await trx
    .selectFrom('stack_revisions')
    .select(['number', 'digest', 'folders'])
    .where('stack', '=', stack)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  const folders = JSON.stringify(upload.folders.toSorted());
  const { digest } = upload.prepared;
  if (newest?.digest === digest && newest.folders === folders) return newest.number;
  await saveContent(trx, upload.prepared);
  const next = (newest?.number ?? 0) + 1;
  await trx
    .insertInto('stack_revisions')
    .values({ stack, number: next, digest, folders, created_by: createdBy })
    .execute();
  return next;
}

/** It may have been removed since it was read. */
async function requireStored(trx: Query, stack: string, number: number): Promise<number> {
  return (await findRepository(trx, stack, number)).number;
}

async function findRepository(query: Query, stack: string, number: number) {
  const row = await query
    .selectFrom('stack_revisions')
    .selectAll()
    .where('stack', '=', stack)
    .where('number', '=', number)
    .executeTakeFirst();
  if (row) return row;
  throw new DomainError(
    'stack_revision_not_found',
    `stack ${stack} has no stored repository ${number}; its history lists them`,
  );
}
