import type { Migration } from 'kysely';
import { runScript } from '../run-script.ts';

export const stackLimits: Migration = {
  up: (database) =>
    runScript(
      database,
      `
alter table api_keys add column stack_limits text;
alter table pipelines add column stack_limits text;
`,
    ),
};
