import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const stackSnapshots: Migration = {
  up: (database) =>
    runScript(
      database,
      `
create table stack_snapshots (
  id text primary key,
  seq integer generated always as identity unique,
  stack text not null,
  environment text not null,
  pipeline_id text,
  message text,
  created_by text not null,
  created_at timestamptz not null default now()
);
create index stack_snapshots_of_environment on stack_snapshots (stack, environment, seq);

create table stack_snapshot_states (
  snapshot_id text not null references stack_snapshots (id) on delete cascade,
  project_id text not null,
  component text not null,
  state_version bigint not null,
  serial integer not null,
  primary key (snapshot_id, project_id)
);
create index stack_snapshot_states_of_version on stack_snapshot_states (state_version);
`,
    ),
};
