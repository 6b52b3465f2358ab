import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

/** Callers of one tenant list deployments by the beginning of their projects' names. Large templates lie in a bucket. */
export const deploymentsByProject: Migration = {
  up: (database) =>
    runScript(
      database,
      `
create index deployments_by_project on deployments (project_id text_pattern_ops, seq desc) where deleted_at is null;
alter table deployments add column template_bucket text;
`,
    ),
};
