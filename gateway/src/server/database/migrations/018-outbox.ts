import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

/** Addresses that receive messages about jobs, and the messages. */
export const outbox: Migration = {
  up: (database) =>
    runScript(
      database,
      `
create table notification_targets (
  id text primary key,
  kind text not null,
  name text not null,
  projects text not null,
  events text not null,
  content bytea not null,
  created_by text not null,
  created_at timestamptz not null default now()
);

create table outbox (
  id bigint generated always as identity primary key,
  target_id text not null references notification_targets (id) on delete cascade,
  project_id text not null,
  job_id text not null,
  event text not null,
  created_at timestamptz not null default now(),
  attempts integer not null default 0,
  next_at timestamptz not null default now(),
  claimed_until timestamptz,
  delivered_at timestamptz,
  dead_at timestamptz,
  problem text
);
create index outbox_waiting on outbox (target_id, project_id, id) where delivered_at is null and dead_at is null;
create index outbox_due on outbox (next_at) where delivered_at is null and dead_at is null;
create index outbox_by_target on outbox (target_id, id desc);
`,
    ),
};
