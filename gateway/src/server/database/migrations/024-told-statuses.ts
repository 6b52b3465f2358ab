import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

/** A message to the main API tells the status that the deployment had when the message was stored. */
export const toldStatuses: Migration = {
  up: (database) =>
    runScript(
      database,
      `
alter table outbox add column deployment_status text;
`,
    ),
};
