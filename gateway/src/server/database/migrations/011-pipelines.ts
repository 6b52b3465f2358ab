import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const pipelines: Migration = {
  up: (database) =>
    runScript(
      database,
      `
create table stack_revisions (
  stack text not null,
  number integer not null,
  digest text not null references revision_contents (digest),
  folders text not null,
  created_at timestamptz not null default now(),
  created_by text not null,
  primary key (stack, number)
);

create table pipelines (
  id text primary key,
  seq integer generated always as identity unique,
  stack text not null,
  environment text not null,
  type text not null,
  status text not null default 'pending',
  service text,
  component text,
  revision integer,
  settings text not null,
  content bytea not null,
  plan_digest text,
  approved_digest text,
  approved_by text,
  waiting_reason text,
  error text,
  message text,
  source text,
  rollback_to text,
  created_by text not null,
  blast_radius text,
  cancel_requested_at timestamptz,
  cancel_grace_seconds integer,
  last_event_seq integer not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  worked_at timestamptz
);
create index pipelines_of_environment on pipelines (stack, environment, seq);
create index pipelines_unfinished on pipelines (seq) where finished_at is null;

create table pipeline_tasks (
  pipeline_id text not null references pipelines (id) on delete cascade,
  no integer not null,
  kind text not null default 'job',
  component text not null,
  project_id text not null,
  wave integer not null,
  needs text not null,
  action text not null,
  status text not null default 'pending',
  reason text,
  content bytea not null,
  code_digest text,
  inputs_digest text,
  pending_inputs text not null default '[]',
  plan_job_id text,
  job_id text,
  cost text,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (pipeline_id, no),
  unique (pipeline_id, component)
);
create index pipeline_tasks_of_project on pipeline_tasks (project_id);

create table pipeline_events (
  pipeline_id text not null references pipelines (id) on delete cascade,
  seq integer not null,
  at timestamptz not null,
  type text not null,
  body text not null,
  primary key (pipeline_id, seq)
);

create table stack_components (
  project_id text primary key,
  stack text not null,
  environment text not null,
  component text not null,
  status text not null,
  content bytea not null,
  code_digest text not null,
  inputs_digest text not null,
  state_serial integer,
  state_lineage text,
  revision integer,
  pipeline_id text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table drift_rules (
  id text primary key,
  stack text not null,
  environment text not null,
  component text not null,
  attribute text not null,
  who text not null,
  why text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz
);
create index drift_rules_of_environment on drift_rules (stack, environment);

create table stack_environments (
  stack text not null,
  environment text not null,
  destroy_at timestamptz,
  created_by text not null,
  blast_radius text,
  primary key (stack, environment)
);
create index stack_components_of_environment on stack_components (stack, environment);

alter table jobs add column pipeline_id text;
create index jobs_of_pipeline on jobs (pipeline_id) where pipeline_id is not null;
`,
    ),
};
