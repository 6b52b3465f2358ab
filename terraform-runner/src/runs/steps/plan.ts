import { copyFile, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { changesOutputs, parseTerraformPlan, summarisePlan } from '@deployment-engine/terraform-code';
import { planDigestOfJob } from '../../workdir/plan-digest.ts';
import { readState } from '../../workdir/state-file.ts';
import type { ActiveRun } from '../run.ts';
import { commandDirectory, runCommand } from '../run-command.ts';
import { shareProviders } from './share-providers.ts';
import { resultOfCommand, type Step } from './step.ts';

const modeFlags = { normal: [], destroy: ['-destroy'], 'refresh-only': ['-refresh-only'] } as const;

/** Creates the plan, and the plan as JSON. */
export const plan: Step = {
  name: 'plan',
  async execute(active) {
    const { run, request } = active;
    const { mode = 'normal', search = null, targets = [] } = request.kind === 'plan' ? request : {};
    const reattach = () => shareProviders(active);
    const planned = await runCommand(active, {
      step: 'plan',
      name: 'plan',
      // No lock: the state file has no other user, and a plan may not write beside it.
      argv: [
        ...['plan', '-json', '-input=false', '-lock=false', ...modeFlags[mode]],
        ...(search ? ['-refresh=false'] : []),
        ...targets.map((target) => `-target=${target}`),
        `-out=${run.paths.plan}`,
      ],
      output: 'ui',
      reattach,
    });
    const planResult = resultOfCommand(active, 'plan', 'plan', planned);
    if (planResult.kind !== 'done') return planResult;
    const shown = await runCommand(active, {
      step: 'plan',
      name: 'show',
      argv: ['show', '-json', run.paths.plan],
      output: 'data',
      reattach,
    });
    const showResult = resultOfCommand(active, 'plan', 'show', shown);
    if (showResult.kind === 'done') await keepPlanJson(active);
    if (showResult.kind === 'done' && !search) await announcePlan(active);
    return showResult;
  },
};

async function keepPlanJson(active: ActiveRun): Promise<void> {
  const { run } = active;
  const temporary = `${run.paths.planJson}.tmp`;
  await copyFile(join(commandDirectory(active, 'show'), 'stdout'), temporary);
  await rename(temporary, run.paths.planJson);
}

async function announcePlan(active: ActiveRun): Promise<void> {
  const { run, request } = active;
  const plan = parseTerraformPlan(await readFile(run.paths.planJson, 'utf8'));
  run.emitOnce('plan_summary', {
    type: 'plan_summary',
    summary: summarisePlan(plan),
    outputsChanged: changesOutputs(plan),
  });
  const digest = await planDigestOfJob(run.paths, request);
  if (!digest) throw new Error('digesting the plan: plan or code are missing');
  const state = await readState(run.paths.state);
  run.emitOnce('plan_ready', {
    type: 'plan_ready',
    digest,
    planBytes: (await stat(run.paths.plan)).size,
    stateSerial: state?.content.serial ?? null,
    stateLineage: state?.content.lineage ?? null,
  });
}
