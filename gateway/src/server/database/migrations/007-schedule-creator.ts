import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const scheduleCreator: Migration = {
  up: (database) =>
    runScript(
      database,
      `
alter table projects add column drift_created_by text;
alter table projects add column drift_blast_radius text;
`,
    ),
};
