import { endpoints } from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../context.ts';
import { cutPage, decodeNumberCursor } from '../http/cursor.ts';
import { type Input, route } from '../http/route.ts';
import { refuseLimited } from '../jobs/refuse-limited.ts';
import { projectRedactor } from '../projects/secrets/project-redactor.ts';
import { diffStates } from '../projects/states/diff.ts';
import { redactDifference } from '../projects/states/differences.ts';
import {
  findStateVersion,
  listStateVersions,
  parseState,
  readStateContent,
  type StateVersion,
} from '../projects/states/store.ts';
import { findProject } from '../projects/store.ts';
import { restoreState } from './restore-state.ts';

export function stateRoutes(router: Router, context: Context): void {
  route(router, endpoints.stateVersions, (input) => showVersions(context, input));
  route(router, endpoints.downloadState, (input) => sendState(context, input));
  route(router, endpoints.diffStates, (input) => showDiff(context, input));
  route(router, endpoints.restoreState, (input) => restore(context, input));
}

async function showVersions(
  { database: { query } }: Context,
  { params, query: page }: Input<typeof endpoints.stateVersions>,
) {
  const project = await findProject(query, params.projectId);
  const before = decodeNumberCursor(page.cursor);
  const rows = await listStateVersions(query, project.id, { before, limit: page.limit + 1 });
  const { page: shown, next } = cutPage(rows, page.limit, (row) => row.id);
  return {
    projectId: project.id,
    versions: shown.map(presentVersion),
    nextCursor: next,
  };
}

async function sendState(
  { database: { query }, encryption }: Context,
  { params, response, call }: Input<typeof endpoints.downloadState>,
) {
  const project = await findProject(query, params.projectId);
  const version = await findStateVersion(query, project.id, params.version);
  const raw = await readStateContent(query, encryption, version);
  await call.record(query, { detail: { version: version.id, serial: version.serial } });
  response.attachment(`${project.id}-${version.serial}.tfstate`).type('json').send(raw);
  return undefined;
}

async function showDiff(
  context: Context,
  { params, query: { from, to } }: Input<typeof endpoints.diffStates>,
) {
  const { database, encryption } = context;
  const project = await findProject(database.query, params.projectId);
  const before = await findStateVersion(database.query, project.id, from);
  const after = await findStateVersion(database.query, project.id, to);
  const read = async (version: StateVersion) =>
    parseState(await readStateContent(database.query, encryption, version));
  const states = [await read(before), await read(after)] as const;
  const diff = diffStates(...states);
  const redactor = await projectRedactor(context, project, [...states]);
  return {
    projectId: project.id,
    from: presentVersion(before),
    to: presentVersion(after),
    added: redactor.redactJson(diff.added) as string[],
    removed: redactor.redactJson(diff.removed) as string[],
    changed: diff.changed.map(({ address, attributes }) => ({
      address: redactor.redactText(address),
      attributes: attributes.map((attribute) => redactDifference(attribute, redactor)),
    })),
  };
}

async function restore(context: Context, { params, principal }: Input<typeof endpoints.restoreState>) {
  const project = await findProject(context.database.query, params.projectId);
  refuseLimited(principal, 'restoring the state of', project.id);
  const { restored, version } = await restoreState(context, project.id, params.version);
  return {
    projectId: project.id,
    restored: presentVersion(restored),
    version: presentVersion(version),
    message: `State version ${restored.id} is the newest again, as serial ${version.serial}`,
  };
}

function presentVersion(version: StateVersion) {
  return {
    id: version.id,
    serial: version.serial,
    lineage: version.lineage,
    sha256: version.sha256,
    bytes: version.bytes,
    resources: version.resourceCount,
    jobId: version.jobId,
    createdAt: version.createdAt.toISOString(),
  };
}
