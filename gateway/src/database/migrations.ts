/** Applied in order, each once and in a transaction of its own; an applied one is never edited. */
export const migrations: readonly { name: string; sql: string }[] = [
  {
    name: '001_jobs_and_revisions',
    sql: `
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
  },
  {
    name: '002_lifecycle',
    sql: `
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
  },
  {
    name: '003_costs',
    sql: `
create table project_budgets (
  project_id text primary key,
  budget text not null,
  updated_at timestamptz not null default now()
);

create table cost_history (
  id bigint generated always as identity primary key,
  project_id text not null references projects (id),
  job_id text not null unique,
  total double precision not null,
  categories text not null,
  currency text not null,
  price_book_as_of text not null,
  created_at timestamptz not null default now()
);
create index cost_history_newest on cost_history (project_id, id desc);
`,
  },
  {
    name: '004_access',
    sql: `
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
  },
  {
    name: '005_policy',
    sql: `
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
  },
  {
    name: '006_secrets',
    sql: `
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
  },
  {
    name: '007_schedule_creator',
    sql: `
alter table projects add column drift_created_by text;
alter table projects add column drift_blast_radius text;
`,
  },
  {
    name: 'engine_001_job_facts',
    sql: `
alter table jobs add column timed_from timestamptz;
alter table jobs add column message text;
`,
  },
  {
    name: '008_orphans',
    sql: `
create table orphans (
  id text primary key,
  project_id text not null references projects (id),
  job_id text not null,
  address text,
  type text not null,
  since timestamptz not null default now(),
  reason text not null,
  started boolean not null,
  status text not null default 'unresolved',
  object_id text,
  source text,
  candidates text not null default '[]',
  search text,
  content bytea,
  resolved_at timestamptz,
  resolved_by text,
  resolution text
);
create index orphans_of_project on orphans (project_id, since);
create index orphans_unresolved on orphans (project_id) where status = 'unresolved';

insert into orphans (id, project_id, job_id, address, type, since, reason, started)
select 'orphan-' || substr(md5(p.id || u.position::text), 1, 16), p.id, p.state_uncertain::json ->> 'jobId',
  u.entry ->> 'address', u.entry ->> 'type', (p.state_uncertain::json ->> 'since')::timestamptz,
  p.state_uncertain::json ->> 'reason', (u.entry ->> 'started')::boolean
from projects p, json_array_elements(p.state_uncertain::json -> 'unrecorded') with ordinality as u (entry, position)
where p.state_uncertain is not null;

alter table projects drop column state_uncertain;
alter table jobs add column orphan_ids text;
`,
  },
  {
    name: '009_terraform_logs',
    sql: `
alter table jobs add column terraform_log text;

create table terraform_logs (
  job_id text not null references jobs (id),
  runner_url text not null,
  content bytea not null,
  created_at timestamptz not null default now(),
  primary key (job_id, runner_url)
);
`,
  },
];
