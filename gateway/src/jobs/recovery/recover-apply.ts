import type { Context } from '../../context.ts';
import { findPlan, readPlanJson } from '../../projects/plans/store.ts';
import { readNewestState, saveStateVersion } from '../../projects/states/store.ts';
import { RunnerError } from '../../runner-error.ts';
import type { RunnerClient } from '../../runners/client.ts';
import type { Query } from '../../server/database/open.ts';
import { eventsOfType } from '../events/store.ts';
import { listed, noteFound } from '../note-outbox.ts';
import { readJournalCalls } from './journal-calls.ts';
import { type EndedApply, findLosses, type Losses } from './losses.ts';
import { insertOrphans, type NewOrphan, settleOrphan, unresolvedOrphans } from './orphan-store.ts';
import { serialiseState, withObjects } from './state-objects.ts';

type Job = { id: string; project_id: string };

/** Returns the journal of an apply run; `undefined` if the runner does not answer or no longer has it. */
export async function readRunJournal(client: RunnerClient, runId: string): Promise<EndedApply['journal']> {
  try {
    const { journaledProviders } = await client.getRun(runId);
    const text = (await client.readJournal(runId)).toString('utf8');
    return { calls: readJournalCalls(text), providers: journaledProviders };
  } catch (error) {
    if (error instanceof RunnerError) return undefined;
    throw error;
  }
}

/**
 * Records what an unsuccessful apply may have created. Objects that the cloud confirmed go into a new state version,
 * all others become orphans. Call it again with a journal that could not be read before: it corrects the orphans.
 */
export async function recoverApply(
  context: Context,
  trx: Query,
  job: Job,
  { reason, journal, overtaken }: Pick<EndedApply, 'journal' | 'overtaken'> & { reason: string },
): Promise<Losses | undefined> {
  const { encryption } = context;
  if (!(await findPlan(trx, job.id))) return undefined;
  const plan = await readPlanJson(trx, encryption, job.id);
  const newest = await readNewestState(trx, encryption, job.project_id);
  const events = await eventsOfType(trx, job.id, 'resource_started');
  const started = new Set(events.map(({ address }) => address));
  const losses = findLosses({ plan, state: newest?.state, journal, started, overtaken });
  if (losses.proven.length > 0) {
    const objects = losses.proven.map(({ object }) => object);
    const raw = serialiseState(withObjects(newest?.state, objects, plan.terraform_version ?? ''));
    await saveStateVersion(trx, encryption, { projectId: job.project_id, jobId: job.id, raw });
  }
  await report(context, trx, job, { reason, losses, isJournaled: journal !== undefined });
  return losses;
}

async function report(
  { encryption }: Context,
  trx: Query,
  job: Job,
  { reason, losses, isJournaled }: { reason: string; losses: Losses; isJournaled: boolean },
): Promise<void> {
  const key = (address: string | null, type: string, objectId: string | null) =>
    `${address}|${type}|${objectId}`;
  const wanted = new Map(
    losses.unaccounted.map((entry) => [key(entry.address, entry.creation.type, entry.objectId), entry]),
  );
  const adopted = new Set(losses.proven.map(({ address }) => address));
  for (const row of await unresolvedOrphans(trx, job.project_id)) {
    if (row.job_id !== job.id) continue;
    if (wanted.delete(key(row.address, row.type, row.object_id)) || !isJournaled) continue;
    const end =
      row.address !== null && (adopted.has(row.address) || losses.recorded.has(row.address))
        ? ({ status: 'adopted', resolution: adoptedText, source: 'journal' } as const)
        : ({
            status: 'absent',
            resolution: 'The provider never received a request for it.',
          } as const);
    await settleOrphan(trx, row.id, { ...end, by: 'engine' });
    if (row.address !== null) adopted.delete(row.address);
  }
  const common = { projectId: job.project_id, jobId: job.id, reason };
  const settled = losses.proven
    .filter(({ address }) => adopted.has(address))
    .map(({ address, object }): NewOrphan => {
      const id = object.attributes.id;
      return {
        ...common,
        ...{ address, type: object.type, started: true, content: null, source: 'journal' },
        objectId: typeof id === 'string' ? id : null,
        settled: { status: 'adopted', resolution: adoptedText },
      };
    });
  const open = [...wanted.values()].map(
    ({ address, creation, started, objectId }): NewOrphan => ({
      ...common,
      ...{ address, type: creation.type, started, objectId, content: creation },
      source: objectId === null ? null : 'journal',
    }),
  );
  await insertOrphans(trx, encryption, [...settled, ...open]);
  if (open.length === 0) return;
  const places = listed(open.map(({ address, type: kind }) => address ?? kind));
  await noteFound(trx, job, 'orphans.left', {
    detail: `These may exist without an entry in the state: ${places}.`,
  });
}

const adoptedText = 'The cloud confirmed that this apply created it; the object is in the state.';
