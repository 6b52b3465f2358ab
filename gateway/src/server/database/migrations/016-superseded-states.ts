import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

/** When a state version was replaced by a newer one, so that versions between may be pruned without a false answer. */
export const supersededStates: Migration = {
  up: (database) =>
    runScript(
      database,
      `
alter table state_versions add column superseded_at timestamptz;
update state_versions v set superseded_at = (
  select min(n.created_at) from state_versions n where n.project_id = v.project_id and n.id > v.id
);
`,
    ),
};
