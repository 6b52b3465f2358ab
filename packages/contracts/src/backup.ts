import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';

export const backupRestoredSchema = z.object({ message: z.string(), bytes: z.number().int() });

export const backupEndpoints = {
  backup: endpoint({
    method: 'get',
    path: '/api/admin/backup',
    operationId: 'backup',
    tag: 'Admin',
    summary: 'The embedded database as one compressed archive',
    role: 'admin',
    audited: true,
    status: 200,
    answer: 'application/gzip',
    problems: ['database_not_embedded'],
  }),
  restoreBackup: endpoint({
    method: 'post',
    path: '/api/admin/restore',
    operationId: 'restoreBackup',
    tag: 'Admin',
    summary: 'Upload a backup (application/gzip); it replaces the embedded database at the next start',
    role: 'admin',
    bodyType: 'application/gzip',
    status: 200,
    answer: backupRestoredSchema,
    problems: ['invalid_request', 'payload_too_large', 'database_not_embedded'],
  }),
} as const satisfies Record<string, Endpoint>;
