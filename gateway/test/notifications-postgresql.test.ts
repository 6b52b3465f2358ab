import { onPostgresql } from './on-postgresql.ts';

await onPostgresql(() => import('./notifications.test.ts'));
