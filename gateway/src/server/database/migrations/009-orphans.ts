import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const orphans: Migration = {
  up: (database) =>
    runScript(
      database,
      `
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
    ),
};
