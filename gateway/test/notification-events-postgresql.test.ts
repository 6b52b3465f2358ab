import { onPostgresql } from './on-postgresql.ts';

await onPostgresql(() => import('./notification-events.test.ts'));
