import { managedChanges, type PlannedChange, type TerraformPlan } from '@deployment-engine/terraform-code';
import { compareTexts } from '../errors.ts';
import { type Planned, valueProblems } from './refined-value.ts';
import { isPending } from './without-pending.ts';

/** What a plan does although the approved preview does not. */
export type RefinementProblem = {
  /** Of a resource, or `output.name`. */
  address: string;
  message: string;
};

/**
 * Actions that do less than the approved one. A retried run finds that earlier attempts created, updated or deleted
 * some objects as approved, so nothing is left to do for them: `create` may be a no-op.
 */
const lesserActions: Record<string, string[]> = {
  create: ['no-op'],
  update: ['no-op'],
  'create, delete': ['no-op', 'update'],
  'create, forget': ['no-op', 'update'],
  'delete, create': ['no-op', 'update', 'create, delete'],
};

/** Actions whose names in the plan say too little. */
const words: Record<string, string> = {
  'no-op': 'no change',
  'create, delete': 'replace, new one first',
  'delete, create': 'replace, old one first',
};

/**
 * Compares a plan with the preview that was approved, which lacked some inputs. Empty if the plan does what was
 * approved: the same resources, no stronger actions, and every value that the preview knew. Pending inputs and data
 * sources do not count.
 */
export function refinementProblems(preview: TerraformPlan, real: TerraformPlan): RefinementProblem[] {
  return [
    ...compared(changesOf(preview), changesOf(real), resourceProblems),
    ...compared(outputsOf(preview), outputsOf(real), outputProblems),
  ];
}

type Change = PlannedChange['change'];

function changesOf(plan: TerraformPlan): Map<string, Change> {
  const changes = managedChanges(plan.resource_changes).filter(({ address }) => !isPending(address));
  return new Map(
    changes.map(({ address, deposed, change }) => [
      deposed === undefined ? address : `${address} (deposed ${deposed})`,
      change,
    ]),
  );
}

function outputsOf(plan: TerraformPlan): Map<string, Change> {
  return new Map(
    Object.entries(plan.output_changes ?? {}).map(([name, change]) => [`output.${name}`, change]),
  );
}

function compared(
  approved: Map<string, Change>,
  real: Map<string, Change>,
  problemsOf: (approved: Change, real: Change) => string[],
): RefinementProblem[] {
  const addresses = [...new Set([...approved.keys(), ...real.keys()])].sort(compareTexts);
  return addresses.flatMap((address) => {
    const [before, now] = [approved.get(address), real.get(address)];
    const messages =
      before && now
        ? problemsOf(before, now)
        : before
          ? missingProblems(before)
          : now
            ? newProblems(now)
            : [];
    return messages.map((message) => ({ address, message }));
  });
}

/** What was to be deleted may be gone already. */
function missingProblems(approved: Change): string[] {
  const action = actionOf(approved);
  return action === 'delete' || action === 'forget'
    ? []
    : [`is not in the plan; approved: ${wordsFor(action)}`];
}

function newProblems(real: Change): string[] {
  return [`is not in the approved plan; now: ${wordsFor(actionOf(real))}`];
}

function resourceProblems(approved: Change, real: Change): string[] {
  const [before, now] = [actionOf(approved), actionOf(real)];
  if (before !== now && !lesserActions[before]?.includes(now))
    return [`approved: ${wordsFor(before)}; now: ${wordsFor(now)}`];
  const imports = real.importing && !approved.importing ? ['an import was not approved'] : [];
  return [...imports, ...valueProblems(planned(approved), planned(real), before !== now)];
}

function outputProblems(approved: Change, real: Change): string[] {
  return valueProblems(planned(approved), planned(real), false);
}

function actionOf({ actions }: Change): string {
  return actions.join(', ');
}

function wordsFor(action: string): string {
  return words[action] ?? action;
}

function planned({ after, after_unknown, after_sensitive }: Change): Planned {
  return { value: after, unknown: after_unknown, sensitive: after_sensitive };
}
