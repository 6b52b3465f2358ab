import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const stackSchedules: Migration = {
  up: (database) =>
    runScript(
      database,
      `
create table stack_drift_schedules (
  stack text not null,
  environment text not null,
  cron text not null,
  spread_minutes integer not null,
  created_by text not null,
  blast_radius text,
  last_tick timestamptz,
  primary key (stack, environment)
);
alter table pipeline_tasks add column not_before timestamptz;
`,
    ),
};
