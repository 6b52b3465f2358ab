import { endpoints } from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../../../context.ts';
import { cutPage, decodeNumberCursor } from '../../../http/cursor.ts';
import { type Input, route } from '../../../http/route.ts';
import { parametersOf } from './parameters.ts';
import {
  addVersion,
  createTemplate,
  listTemplates,
  readTemplateVersion,
  removeTemplate,
  type TemplateRow,
} from './store.ts';

export function templateRoutes(router: Router, context: Context): void {
  const { query } = context.database;
  route(router, endpoints.createTemplate, (input) => create(context, input));
  route(router, endpoints.templates, async ({ query: { cursor, limit }, principal }) => {
    const rows = await listTemplates(query, principal, {
      before: decodeNumberCursor(cursor),
      limit: limit + 1,
    });
    const { page, next } = cutPage(rows, limit, (row) => row.seq);
    return {
      templates: page.map(present),
      next_cursor: next,
    };
  });
  route(router, endpoints.template, async ({ params, query: { version }, principal }) => {
    const stored = await readTemplateVersion(query, principal, params.templateId, version);
    const { template, code } = stored;
    return {
      ...present(template),
      version: stored.number,
      digest: stored.digest,
      template_code: code,
      parameters: parametersOf(template.template_type, code),
    };
  });
  route(router, endpoints.addTemplateVersion, async ({ params, body, principal, call }) =>
    query.transaction().execute(async (trx) => {
      const row = await addVersion(trx, principal, params.templateId, body.template_code);
      await call.record(trx, { detail: { template: row.id, version: row.version, digest: row.digest } });
      return present(row);
    }),
  );
  route(router, endpoints.removeTemplate, async ({ params, principal, call }) =>
    query.transaction().execute(async (trx) => {
      await removeTemplate(trx, principal, params.templateId);
      await call.record(trx, { detail: { template: params.templateId } });
      return { id: params.templateId, message: 'The template is deleted' };
    }),
  );
}

async function create(
  { database }: Context,
  { body, principal, call }: Input<typeof endpoints.createTemplate>,
) {
  return database.query.transaction().execute(async (trx) => {
    const { name, template_type: type, template_code: code } = body;
    const row = await createTemplate(trx, principal, { name, type, code });
    await call.record(trx, { detail: { template: row.id, name, digest: row.digest } });
    return present(row);
  });
}

function present(row: TemplateRow) {
  return {
    id: row.id,
    name: row.name,
    template_type: row.template_type,
    version: row.version,
    digest: row.digest,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
