import type { Context } from '../../context.ts';
import {
  findRevision,
  type RevisionFiles,
  readRevisionFiles,
  readRevisionVariables,
  type Variables,
} from '../../projects/revisions/store.ts';
import type { DeploymentRow } from './store.ts';

export type RunCode = { digest: string; files: RevisionFiles; values: Variables };

/** Returns the code of a run with the values of its variables; `undefined` if there is no such revision. */
export async function readRunCode(
  { database: { query }, encryption }: Context,
  { project_id: projectId }: DeploymentRow,
  number: number,
): Promise<RunCode | undefined> {
  const revision = await findRevision(query, projectId, number);
  if (!revision) return undefined;
  const files = await readRevisionFiles(query, revision.digest);
  const { digest } = revision;
  return { digest, files, values: await readRevisionVariables(query, encryption, projectId, number) };
}
