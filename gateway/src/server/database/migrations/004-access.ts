import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const access: Migration = {
  up: (database) =>
    runScript(
      database,
      `
create table api_keys (
  id text primary key,
  name text not null,
  secret_sha256 text not null,
  role text not null,
  projects text not null,
  blast_radius text,
  created_at timestamptz not null default now(),
  created_by text not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

alter table jobs add column created_by text not null default 'open';
alter table jobs add column blast_radius text;

alter table idempotency_keys add column caller text not null default 'open';
alter table idempotency_keys drop constraint idempotency_keys_pkey;
alter table idempotency_keys add primary key (caller, key, operation);

create table audit_head (
  id integer primary key check (id = 1),
  seq bigint not null,
  hash text not null,
  at timestamptz not null,
  sealed_key bytea not null
);

create table audit_entries (
  seq bigint primary key,
  at timestamptz not null,
  entry text not null
);
create index audit_entries_at on audit_entries (at);

create function refuse_audit_change() returns trigger language plpgsql as $$ begin raise exception 'the audit log is append-only'; end $$;
create trigger audit_entries_stay before update or delete on audit_entries for each row execute function refuse_audit_change();
create trigger audit_entries_all_stay before truncate on audit_entries for each statement execute function refuse_audit_change();
create trigger audit_head_stays before delete on audit_head for each row execute function refuse_audit_change();
create trigger audit_head_is_kept before truncate on audit_head for each statement execute function refuse_audit_change();
create trigger audit_head_grows before update on audit_head for each row when (new.seq < old.seq) execute function refuse_audit_change();
`,
    ),
};
