import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const policy: Migration = {
  up: (database) =>
    runScript(
      database,
      `
create table policy_settings (
  project_id text not null,
  version integer not null,
  settings text,
  changed_by text not null,
  changed_at timestamptz not null default now(),
  primary key (project_id, version)
);

create table policy_reports (
  job_id text primary key references jobs (id) on delete cascade,
  code text,
  plan text,
  after_apply text,
  created_at timestamptz not null default now()
);

alter table plans add column seal bytea;
alter table jobs add column policy_summary text;
alter table jobs add column gate_passed_at timestamptz;
`,
    ),
};
