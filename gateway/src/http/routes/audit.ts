import { once } from 'node:events';
import { auditHeadSchema, endpoints } from '@deployment-engine/contracts';
import type { Router } from 'express';
import { readEntries, verifyLog } from '../../access/audit/read.ts';
import type { Context } from '../../context.ts';
import { route } from '../route.ts';

export function auditRoutes(router: Router, context: Context): void {
  const { query } = context.database;

  route(router, endpoints.audit, async ({ query: range, response, call }) => {
    await call.record(query, { detail: { ...range } });
    response.type('application/x-ndjson');
    for await (const entry of readEntries(query, range)) {
      if (response.destroyed) return undefined;
      if (!response.write(`${entry}\n`))
        await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    response.end();
    return undefined;
  });
  route(router, endpoints.auditHead, async () => context.audit.head(query));
  route(router, endpoints.verifyAudit, async ({ query: kept }) =>
    verifyLog(query, context.audit, auditHeadSchema.safeParse(kept).data),
  );
}
