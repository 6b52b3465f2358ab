import { endpoints } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Router } from 'express';
import { strToU8, zipSync } from 'fflate';
import { hasRole, type Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import { route } from '../../http/route.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { findProject } from '../store.ts';
import { findRevision, type Revision, type RevisionFiles, readRevisionFiles } from './store.ts';

/** The code of revisions, as uploaded. Only admins see secrets that are written in it. */
export function revisionRoutes(router: Router, context: Context): void {
  route(router, endpoints.revisionCode, async ({ params, principal, call }) => {
    const { revision, files, redacted } = await read(context, params, principal);
    if (hasRole(principal, 'admin') && principal.kind !== 'open') await call.record(context.database.query);
    return {
      projectId: revision.projectId,
      revision: revision.number,
      digest: revision.digest,
      createdAt: revision.createdAt.toISOString(),
      variableNames: revision.variableNames,
      redacted,
      files: Object.fromEntries([...files].map(([path, content]) => [path, shown(content)])),
    };
  });
  route(router, endpoints.downloadRevision, async ({ params, principal, response, call }) => {
    const { revision, files } = await read(context, params, principal);
    if (hasRole(principal, 'admin') && principal.kind !== 'open') await call.record(context.database.query);
    const archive = zipSync(Object.fromEntries(files), { mtime: revision.createdAt });
    response.attachment(`${revision.projectId}-revision-${revision.number}.zip`).type('application/zip');
    response.send(Buffer.from(archive));
    return undefined;
  });
}

async function read(
  { database, redactorOf }: Context,
  { projectId, revision: number }: { projectId: string; revision: number },
  principal: Principal,
): Promise<{ revision: Revision; files: RevisionFiles; redacted: boolean }> {
  const project = await findProject(database.query, projectId);
  const revision = await findRevision(database.query, project.id, number);
  if (!revision)
    throw new DomainError(
      'revision_not_found',
      `reading the code of project ${projectId}: it has no revision ${number}; see its history`,
    );
  const files = await readRevisionFiles(database.query, revision.digest);
  if (hasRole(principal, 'admin')) return { revision, files, redacted: false };
  const redactor = await redactorOf({ projectId });
  let redacted = false;
  for (const [path, content] of files) {
    const text = redactedText(content, redactor);
    if (text === undefined) continue;
    redacted = true;
    files.set(path, Buffer.from(strToU8(text)));
  }
  return { revision, files, redacted };
}

/** Returns the redacted text, or `undefined` if the file contains no secret or is not text. */
function redactedText(content: Buffer, redactor: Redactor): string | undefined {
  const text = content.toString('utf8');
  if (!Buffer.from(text).equals(content)) return undefined;
  const shownText = redactor.redactText(text);
  return shownText === text ? undefined : shownText;
}

function shown(content: Buffer): string | { base64: string } {
  const text = content.toString('utf8');
  return Buffer.from(text).equals(content) ? text : { base64: content.toString('base64') };
}
