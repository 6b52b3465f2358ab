import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const lifecycle: Migration = {
  up: (database) =>
    runScript(
      database,
      `
alter table projects add column state_uncertain text;
alter table projects add column destroy_at timestamptz;
alter table projects add column drift_cron text;
alter table projects add column drift_remediate boolean not null default false;
create index projects_due on projects (destroy_at) where destroy_at is not null;

alter table jobs add column remediate boolean not null default false;
alter table jobs add column remediation_job_id text;
create index jobs_finished on jobs (finished_at) where finished_at is not null;

create table schedule_ticks (
  project_id text not null references projects (id),
  tick timestamptz not null,
  primary key (project_id, tick)
);

create table runners (
  id text primary key,
  url text not null,
  last_seen_at timestamptz not null
);

create table unsettled_runs (
  run_id text primary key,
  job_id text not null references jobs (id) on delete cascade,
  project_id text not null,
  runner_url text not null,
  created_at timestamptz not null default now()
);
`,
    ),
};
