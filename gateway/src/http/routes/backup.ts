import { endpoints } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Router } from 'express';
import type { Context } from '../../context.ts';
import { stageRestore } from '../../server/backup.ts';
import { route } from '../route.ts';

export function adminRoutes(router: Router, context: Context): void {
  route(router, endpoints.backup, async ({ response, call }) => {
    const backup = await embedded(context).backup();
    await call.record(context.database.query, { detail: { bytes: backup.byteLength } });
    const day = new Date().toISOString().slice(0, 10);
    response.attachment(`deployment-engine-${day}.tar.gz`).type('application/gzip').send(backup);
    return undefined;
  });
  route(router, endpoints.restoreBackup, async ({ request }) => {
    embedded(context);
    const bytes = await stageRestore(context.config.dataDir, request, context.encryption);
    context.logger.warn('a backup is staged; it replaces the database at the next start', { bytes });
    return { message: 'The backup is ready; restart the engine to restore it', bytes };
  });
}

function embedded(context: Context) {
  const { backup } = context.database;
  if (!backup)
    throw new DomainError(
      'database_not_embedded',
      'the database is PostgreSQL; back it up and restore it with its own tools, for example pg_dump',
    );
  return { backup };
}
