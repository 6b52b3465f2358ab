import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const jobsAndRevisions: Migration = {
  up: (database) =>
    runScript(
      database,
      `
create table projects (
  id text primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deployment_status text not null default 'not_deployed',
  deployment_job_id text,
  last_job_id text,
  revision integer,
  outputs text not null default '{}'
);

create table revision_contents (
  digest text primary key,
  content bytea not null,
  paths text not null,
  created_at timestamptz not null default now()
);

create table revisions (
  project_id text not null references projects (id),
  number integer not null,
  digest text not null references revision_contents (digest),
  variables bytea not null,
  variables_digest text not null,
  variable_names text not null,
  created_at timestamptz not null default now(),
  primary key (project_id, number)
);
create index revisions_content on revisions (project_id, digest, variables_digest);

create table jobs (
  id text primary key,
  seq bigint generated always as identity unique,
  project_id text not null references projects (id),
  type text not null,
  status text not null default 'pending',
  step text,
  revision integer,
  auto_approve boolean not null default true,
  ttl_seconds integer,
  planned integer not null default 0,
  finished integer not null default 0,
  failed integer not null default 0,
  last_event_seq integer not null default 0,
  plan_digest text,
  plan_summary text,
  approved_digest text,
  waiting_reason text,
  error text,
  result text,
  cancel_requested_at timestamptz,
  cancel_grace_seconds real,
  ended_by text,
  runner_id text,
  attempt integer not null default 1,
  lease_token bigint not null default 0,
  lease_owner text,
  lease_expires_at timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index jobs_by_project on jobs (project_id, seq desc);
create index jobs_by_status on jobs (status, seq desc);
create index jobs_by_type on jobs (type, seq desc);
create index jobs_queue on jobs (seq) where status in ('pending', 'processing');
create unique index jobs_one_per_project on jobs (project_id) where status = 'processing';

create table job_events (
  job_id text not null references jobs (id) on delete cascade,
  seq integer not null,
  run_id text,
  run_seq integer,
  at timestamptz not null,
  type text not null,
  body text not null,
  primary key (job_id, seq),
  unique (run_id, run_seq)
);

create table plans (
  job_id text primary key references jobs (id) on delete cascade,
  digest text not null,
  state_serial integer,
  state_lineage text,
  content bytea not null,
  plan_file bytea,
  created_at timestamptz not null default now()
);

create table state_versions (
  id bigint generated always as identity primary key,
  project_id text not null references projects (id),
  serial integer not null,
  lineage text not null,
  sha256 text not null,
  bytes integer not null,
  resource_count integer not null,
  job_id text not null,
  content bytea not null,
  created_at timestamptz not null default now()
);
create index state_versions_newest on state_versions (project_id, id desc);

create table idempotency_keys (
  key text not null,
  operation text not null,
  body_sha256 text not null,
  answer text,
  created_at timestamptz not null default now(),
  primary key (key, operation)
);
`,
    ),
};
