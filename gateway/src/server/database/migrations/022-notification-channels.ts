import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

/** Words for messages about more than a status, receivers that ask for a pause, and mail that some recipients have taken. */
export const notificationChannels: Migration = {
  up: (database) =>
    runScript(
      database,
      `
alter table notification_targets add column paused_until timestamptz;
alter table outbox add column detail text;
alter table outbox add column taken_by text not null default '[]';
create index outbox_by_job on outbox (job_id);
`,
    ),
};
