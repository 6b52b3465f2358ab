import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const jobFacts: Migration = {
  up: (database) =>
    runScript(
      database,
      `
alter table jobs add column timed_from timestamptz;
alter table jobs add column message text;
`,
    ),
};
