import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const costs: Migration = {
  up: (database) =>
    runScript(
      database,
      `
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
    ),
};
