import type { Uncertainty } from '@deployment-engine/contracts';
import type { Query } from '../database/open.ts';
import type { Encryption } from '../encryption.ts';
import { eventsOfType, lastRunDiagnostics } from '../job-events/store.ts';
import { findPlan, readPlanJson } from '../plans/store.ts';
import { changeAction, type TerraformPlan } from '../plans/terraform-plan.ts';
import { instanceAddresses } from '../states/addresses.ts';
import { readNewestState } from '../states/store.ts';
import { importId } from './import-ids.ts';

export type UncertaintyCause = {
  reason: string;
  /** Whether the apply was cut off, so that what it had begun may exist; a failed one has told what it did not make. */
  wasCutOff: boolean;
};

/** Which planned creations of an ended apply have no entry in the newest state. */
export async function findUncertainty(
  query: Query,
  encryption: Encryption,
  job: { id: string; project_id: string },
  { reason, wasCutOff }: UncertaintyCause,
): Promise<Uncertainty | undefined> {
  if (!(await findPlan(query, job.id))) return undefined;
  const plan = await readPlanJson(query, encryption, job.id);
  const newest = await readNewestState(query, encryption, job.project_id);
  const recorded = new Set(newest ? instanceAddresses(newest.state).keys() : []);
  const started = new Set(
    (await eventsOfType(query, job.id, 'resource_started')).map((event) => event.address),
  );
  const unrecorded = creations(plan)
    .filter(({ address }) => !recorded.has(address))
    .map((creation) => ({ ...creation, started: started.has(creation.address) }));
  const failed = await failedAddresses(query, job.id);
  const cutOff = unrecorded.filter(({ address, started }) => started && !failed.has(address));
  const adoptable = wasCutOff ? cutOff.map(({ address }) => address) : [];
  return { jobId: job.id, since: new Date().toISOString(), reason, unrecorded, adoptable };
}

/** An object that could not be created because it is there already is somebody else's. */
async function failedAddresses(query: Query, jobId: string): Promise<Set<string | null>> {
  const finished = await eventsOfType(query, jobId, 'resource_finished');
  const diagnostics = await lastRunDiagnostics(query, jobId);
  return new Set([
    ...finished.filter(({ ok }) => !ok).map(({ address }) => address),
    ...diagnostics.filter(({ severity }) => severity === 'error').map(({ address }) => address),
  ]);
}

function creations(plan: TerraformPlan): { address: string; type: string; importId: string | null }[] {
  return (plan.resource_changes ?? [])
    .filter((resource) => resource.mode === 'managed')
    .filter((resource) => ['create', 'replace'].includes(changeAction(resource.change.actions)))
    .map((resource) => ({
      address: resource.address,
      type: resource.type,
      importId: importId(resource.type, resource.change.after),
    }));
}

/**
 * What a plan should try to import: every creation without a record whose id is known, also one that seems not to
 * have begun, because a full disk takes the events along with the state. Each may turn out not to exist; the plan is
 * then made again without it.
 */
export function importsFor(
  uncertainty: Uncertainty | null,
  missing: Set<string>,
): { to: string; id: string }[] {
  return (uncertainty?.unrecorded ?? [])
    .filter((creation) => creation.importId !== null && !missing.has(creation.address))
    .map((creation) => ({ to: creation.address, id: creation.importId ?? '' }));
}

/** Those of them that need no approval: what an apply of this project had begun to create when it was cut off. */
export function adoptedImports(uncertainty: Uncertainty | null): { to: string; id: string }[] {
  const adoptable = new Set(uncertainty?.adoptable);
  return importsFor(uncertainty, new Set()).filter(({ to }) => adoptable.has(to));
}
