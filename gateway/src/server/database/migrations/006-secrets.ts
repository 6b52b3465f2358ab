import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const secrets: Migration = {
  up: (database) =>
    runScript(
      database,
      `
create table project_data_keys (
  project_id text primary key,
  data_key bytea not null
);

create table project_secrets (
  project_id text not null references project_data_keys (project_id),
  kind text not null,
  name text not null,
  content bytea not null,
  updated_at timestamptz not null default now(),
  updated_by text not null,
  primary key (project_id, kind, name)
);

create table web_identity_keys (
  id text primary key,
  private_key bytea not null,
  public_key text not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz
);
`,
    ),
};
