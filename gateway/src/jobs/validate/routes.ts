import { endpoints } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Router } from 'express';
import type { Context } from '../../context.ts';
import { route } from '../../http/route.ts';
import { effectiveSettings } from '../../policy/effective-settings.ts';
import { settingsInForce } from '../../policy/settings-in-force.ts';
import { requestFiles } from '../../projects/revisions/request-files.ts';
import {
  listRevisions,
  prepareRevision,
  readRevisionFiles,
  readRevisionVariables,
} from '../../projects/revisions/store.ts';
import { findProject } from '../../projects/store.ts';
import { validateCode } from './validate-code.ts';

/** Placeholder for the project when code from the body is validated. */
const noProject = 'code-check';

export function validateRoutes(router: Router, context: Context): void {
  route(router, endpoints.validateCode, async ({ body }) =>
    validateCode(
      context,
      noProject,
      await prepareRevision(requestFiles(body), body.variables ?? {}),
      effectiveSettings(context.operatorPolicy, noProject, null),
    ),
  );
  route(router, endpoints.validateProject, async ({ params }) => {
    const { query } = context.database;
    const project = await findProject(query, params.projectId);
    const newest = (await listRevisions(query, project.id, { limit: 1 }))[0];
    if (!newest)
      throw new DomainError(
        'revision_not_found',
        `project ${project.id} has no code yet; deploy or plan it first`,
      );
    const files = await readRevisionFiles(query, newest.digest);
    const variables = await readRevisionVariables(query, context.encryption, project.id, newest.number);
    const code = { digest: newest.digest, paths: newest.paths, files, content: Buffer.alloc(0), variables };
    const settings = await settingsInForce(context, project.id, async () => variables);
    return { projectId: project.id, ...(await validateCode(context, project.id, code, settings)) };
  });
}
