import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

/** Credentials of cloud accounts, by tenant and the id that deployments name. A deleted one keeps what must still be redacted. */
export const cloudAccounts: Migration = {
  up: (database) =>
    runScript(
      database,
      `
create table cloud_accounts (
  tenant text not null,
  id text not null,
  seq bigint generated always as identity,
  provider text not null,
  kind text not null,
  fields text not null,
  regions text,
  default_region text,
  content bytea not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_by text not null,
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  primary key (tenant, id)
);
create index cloud_accounts_by_seq on cloud_accounts (seq desc) where deleted_at is null;
`,
    ),
};
