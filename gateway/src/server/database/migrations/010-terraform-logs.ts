import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const terraformLogs: Migration = {
  up: (database) =>
    runScript(
      database,
      `
alter table jobs add column terraform_log text;

create table terraform_logs (
  job_id text not null references jobs (id),
  runner_url text not null,
  content bytea not null,
  created_at timestamptz not null default now(),
  primary key (job_id, runner_url)
);
`,
    ),
};
