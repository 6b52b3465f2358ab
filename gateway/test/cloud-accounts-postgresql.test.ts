import { onPostgresql } from './on-postgresql.ts';

await onPostgresql(() => import('./cloud-accounts.test.ts'));
