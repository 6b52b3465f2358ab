import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

/** Deployments of templates, and stored templates. A deployment's code, variables and runs are those of its project. */
export const deployments: Migration = {
  up: (database) =>
    runScript(
      database,
      `
create table templates (
  id text primary key,
  seq bigint generated always as identity,
  name text not null,
  template_type text not null,
  tenant text not null,
  version integer not null,
  digest text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index templates_by_seq on templates (seq desc);

create table template_versions (
  template_id text not null references templates (id) on delete cascade,
  number integer not null,
  digest text not null,
  code bytea not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (template_id, number)
);

create table deployments (
  id text primary key,
  seq bigint generated always as identity,
  project_id text not null unique references projects (id),
  name text not null,
  description text,
  provider text not null,
  cloud_account_id text not null,
  environment_id text not null,
  template_type text not null,
  template_id text,
  template_version integer,
  template_url text,
  template_digest text not null,
  parameter_names text not null,
  is_dry_run boolean not null,
  auto_approve boolean not null,
  job_id text not null,
  status text not null,
  is_deleting boolean not null default false,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);
create index deployments_by_seq on deployments (seq desc) where deleted_at is null;
create index deployments_by_environment on deployments (environment_id, seq desc) where deleted_at is null;
create index deployments_by_account on deployments (cloud_account_id, seq desc) where deleted_at is null;
create index deployments_by_status on deployments (status, seq desc) where deleted_at is null;
create index deployments_by_template on deployments (template_id) where deleted_at is null;
`,
    ),
};
