import { onPostgresql } from './on-postgresql.ts';

await onPostgresql(() => import('./deployments.test.ts'));
