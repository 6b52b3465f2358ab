import type { Diagnostic } from '@deployment-engine/contracts';
import type { RunRequestInput } from '@deployment-engine/runner-api';
import { parseTerraformPlan, type TerraformPlan } from '@deployment-engine/terraform-code';
import { readNewestState } from '../../projects/states/store.ts';
import { runIdOf } from '../../runners/run-id.ts';
import { lastRunDiagnostics } from '../events/store.ts';
import { type OrphanRow, orphanContent, settleOrphan, unresolvedOrphans } from '../recovery/orphan-store.ts';
import { foundIds, type Lookup, lookupsOf, targetOf } from '../recovery/search/search-plan.ts';
import { type Finding, shareOut } from '../recovery/search/share-out.ts';
import { idOfArn, orphanTagOf } from '../recovery/search/tag-query.ts';
import { objectKey, objectsOf } from '../recovery/state-objects.ts';
import { followJobRun } from './follow-run.ts';
import type { JobWork } from './job-work.ts';
import { nextAttempt } from './next-attempt.ts';
import { commonRequest, startJobRun } from './start-run.ts';

/** Terraform stops at failed reads, so each run leaves out the lookups that failed in the run before. */
const maxRuns = 6;

type Result = { ids: string[] } | { problem: string };

/**
 * Searches the cloud for objects that may be a project's orphans, through the project's own providers. A person decides
 * on found objects. If nothing was found, the orphan is settled once it is old enough for the cloud to show it.
 */
export async function searchOrphans(work: JobWork): Promise<void> {
  const { context, job } = work;
  const { query } = context.database;
  const rows = (await unresolvedOrphans(query, job.project_id)).filter(({ object_id }) => object_id === null);
  const lookups = rows.flatMap((row) => lookupsOfRow(work, row));
  if (lookups.length === 0) return;
  const results = await runLookups(work, lookups);
  const newest = await readNewestState(query, context.encryption, job.project_id);
  const recorded = objectsOf(newest?.state);
  const findings = rows.flatMap((row) => findingOf(row, lookups, results, recorded));
  for (const finding of shareOut(findings)) await conclude(work, finding);
}

function lookupsOfRow({ context }: JobWork, row: OrphanRow): Lookup[] {
  const content = orphanContent(row, context.encryption);
  return content
    ? lookupsOf(row, content, context.config.orphanTag ? orphanTagOf(row.project_id) : undefined)
    : [];
}

function findingOf(
  row: OrphanRow,
  lookups: Lookup[],
  results: Map<Lookup, Result>,
  recorded: Set<string>,
): Finding[] {
  const own = lookups.filter(({ orphanId }) => orphanId === row.id);
  if (own.length === 0) return [];
  const answers = own.map((lookup) => results.get(lookup) ?? { problem: 'it was not read' });
  const ids = answers.flatMap((answer) => ('ids' in answer ? answer.ids : []));
  const candidates = ids
    .map((id) => (id.startsWith('arn:') ? idOfArn(row.type, id) : id))
    .filter((id) => !recorded.has(objectKey(row.type, id)));
  const problems = answers.flatMap((answer) => ('problem' in answer ? [answer.problem] : []));
  return [
    {
      row,
      candidates: [...new Set(candidates)].toSorted(),
      problems,
      isConclusive: problems.length < answers.length,
    },
  ];
}

async function conclude({ context, logger }: JobWork, finding: Finding): Promise<void> {
  const { row, candidates, isConclusive } = finding;
  const isOld = Date.now() - row.since.getTime() >= context.config.orphanAbsenceSeconds * 1000;
  const search = describe({ ...finding, isOld });
  logger.info('searched for an orphan', { orphan: row.id, type: row.type, found: candidates.length });
  if (candidates.length === 0 && isConclusive && isOld) {
    await settleOrphan(context.database.query, row.id, {
      status: 'absent',
      by: 'engine',
      resolution: search,
    });
    return;
  }
  await context.database.query
    .updateTable('orphans')
    .set({ candidates: JSON.stringify(candidates.slice(0, 50)), search })
    .where('id', '=', row.id)
    .where('status', '=', 'unresolved')
    .execute();
}

function describe(found: {
  candidates: string[];
  problems: string[];
  isConclusive: boolean;
  isOld: boolean;
}): string {
  if (found.candidates.length > 0) return `A search found ${found.candidates.length}.`;
  if (!found.isConclusive) return `The search failed: ${found.problems[0] ?? 'no answer'}`.slice(0, 500);
  return found.isOld
    ? 'A search found none.'
    : 'A search found none, but so soon after the apply the cloud may not show it yet.';
}

/** Runs all lookups. Failed ones have the problem as their result and are left out of the next run. */
async function runLookups(work: JobWork, lookups: Lookup[]): Promise<Map<Lookup, Result>> {
  const results = new Map<Lookup, Result>();
  for (let attempt = 0; attempt < maxRuns; attempt += 1) {
    const left = lookups.filter((lookup) => !results.has(lookup));
    if (left.length === 0) break;
    const plan = await runSearch(work, left);
    if (plan) for (const lookup of left) results.set(lookup, { ids: foundIds(plan, lookup) });
    else {
      const diagnostics = await lastRunDiagnostics(work.context.database.query, work.job.id);
      const failed = left.filter((lookup) => noteFailure(results, lookup, diagnostics));
      if (failed.length === 0) {
        const problem =
          diagnostics.find(({ severity }) => severity === 'error')?.summary ?? 'the run was interrupted';
        for (const lookup of left) results.set(lookup, { problem });
      }
    }
    await nextAttempt(work);
  }
  return results;
}

/** Returns the plan of a search; `undefined` if it failed. */
async function runSearch(work: JobWork, lookups: Lookup[]): Promise<TerraformPlan | undefined> {
  const runId = runIdOf(work.job, 'search');
  await startJobRun(work, runId, await searchRequest(work, lookups));
  const outcome = await followJobRun(work, runId);
  if (outcome.kind !== 'succeeded') return undefined;
  return parseTerraformPlan((await work.runner.client.readPlanJson(runId)).toString());
}

async function searchRequest(work: JobWork, lookups: Lookup[]): Promise<RunRequestInput> {
  const { context, job } = work;
  const newest = await readNewestState(context.database.query, context.encryption, job.project_id);
  return {
    ...(await commonRequest(work)),
    kind: 'plan',
    mode: 'normal',
    state: newest ? { content: newest.raw.toString('base64'), sha256: newest.version.sha256 } : null,
    imports: lookups.flatMap((lookup) =>
      lookup.kind === 'import' ? [{ to: lookup.to, id: lookup.id }] : [],
    ),
    targets: lookups.map(targetOf),
    search: lookups.flatMap((lookup) => {
      if (lookup.kind === 'import') return [];
      const { name, type, provider, arguments: given } = lookup;
      return [{ name, type, provider, arguments: given }];
    }),
  };
}

const nothingThere =
  /non-existent remote object|no matching|not found|couldn't find|could not find|does not exist|no .{0,60} (found|matched)|empty result/i;

/** Stores a lookup's own error as its result. Returns whether there is one. */
function noteFailure(results: Map<Lookup, Result>, lookup: Lookup, diagnostics: Diagnostic[]): boolean {
  const target = targetOf(lookup);
  const own = diagnostics.find(
    ({ severity, address, detail, summary }) =>
      severity === 'error' &&
      (address === target || `${summary} ${detail}`.replaceAll('\n', ' ').includes(target)),
  );
  if (!own) return false;
  const text = `${own.summary}: ${own.detail}`;
  const isAbsent = nothingThere.test(text) && !/target does not exist/i.test(own.summary);
  results.set(lookup, isAbsent ? { ids: [] } : { problem: own.summary });
  return true;
}
