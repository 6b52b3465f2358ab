import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const pipelineRetention: Migration = {
  up: (database) =>
    runScript(
      database,
      `
alter table pipelines add column base_only boolean not null default false;
`,
    ),
};
