import type { BlastRadius } from '@deployment-engine/contracts';
import { type ChangeFinding, isChange, isReplacement } from './change-rules.ts';
import { asRecord, asString, strings } from './plan-json.ts';
import type { PlanModel, PlannedResource } from './plan-model.ts';
import { matchesWildcard } from './wildcard.ts';

/** Rules about how far one plan may reach. */
export const blastRadiusIds: readonly string[] = [
  'PLAN-MAX-DELETIONS',
  'PLAN-MAX-REPLACEMENTS',
  'PLAN-MAX-RESOURCES',
  'PLAN-RESOURCE-TYPE',
  'PLAN-REGION',
];

/** What exceeds limits: numbers of objects, types and regions that may change. `whose` is `the project` or a key. */
export function exceededLimits(plan: PlanModel, limits: BlastRadius, whose: string): ChangeFinding[] {
  const changed = plan.changes.filter(({ actions }) => isChange(actions));
  const types = limits.resourceTypes;
  const foreignTypes = types
    ? changed.filter(({ type }) => !types.some((p) => matchesWildcard(p, type)))
    : [];
  return [
    ...exceededCounts(plan, limits, whose),
    ...foreignTypes.map((resource) => ({
      id: 'PLAN-RESOURCE-TYPE' as const,
      resource,
      subject: resource.type,
      message: `${whose} may not change ${resource.type}`,
    })),
    ...(limits.regions ? foreignRegions(plan, changed, limits.regions, whose) : []),
  ];
}

function exceededCounts(plan: PlanModel, limits: BlastRadius, whose: string): ChangeFinding[] {
  const replacements = plan.changes.filter(({ actions }) => isReplacement(actions)).length;
  const deletions = plan.changes.filter(({ actions }) => actions.includes('delete')).length - replacements;
  const counts = [
    ['PLAN-MAX-DELETIONS', deletions, limits.maxDeletions, 'be deleted', 'delete'],
    ['PLAN-MAX-REPLACEMENTS', replacements, limits.maxReplacements, 'be replaced', 'replace'],
    ['PLAN-MAX-RESOURCES', plan.resources.length, limits.maxResources, 'exist', 'have'],
  ] as const;
  return counts.flatMap(([id, count, limit, happens, may]) =>
    limit !== null && count > limit
      ? [
          {
            id,
            resource: null,
            message: `${count} objects would ${happens}; ${whose} may ${may} ${limit} at once`,
          },
        ]
      : [],
  );
}

function foreignRegions(
  plan: PlanModel,
  changed: PlannedResource[],
  allowed: string[],
  whose: string,
): ChangeFinding[] {
  const normalised = allowed.map(normalise);
  const message = (region: string) => `${whose} may not use the region ${region}`;
  const found: ChangeFinding[] = [];
  for (const provider of plan.providers) {
    const expression = asRecord(provider.expressions).region;
    if (expression === undefined) continue;
    const region = regionOf(plan, asString(provider.module_address), expression);
    if (region === undefined || !normalised.includes(normalise(region)))
      found.push({
        id: 'PLAN-REGION',
        resource: null,
        subject: region ?? asString(provider.name),
        message: region
          ? message(region)
          : `the region of provider ${asString(provider.name)} is not a plain value`,
      });
  }
  for (const resource of changed) {
    const { after, before } = resource;
    const region = asString(asRecord(after ?? before).region) || asString(asRecord(after ?? before).location);
    if (region !== '' && !normalised.includes(normalise(region)))
      found.push({ id: 'PLAN-REGION', resource, subject: region, message: message(region) });
  }
  return found;
}

/** Azure writes `West Europe` and `westeurope` for the same place. */
function normalise(region: string): string {
  return region.toLowerCase().replaceAll(' ', '');
}

/** The constant region of a provider, or the value of the root variable that it names alone. */
function regionOf(plan: PlanModel, moduleAddress: string, expression: unknown): string | undefined {
  const { constant_value, references } = asRecord(expression);
  if (typeof constant_value === 'string') return constant_value;
  const [reference, ...others] = strings(references);
  const name =
    moduleAddress === '' && others.length === 0 ? /^var\.(\w+)$/.exec(reference ?? '')?.[1] : undefined;
  const value = name !== undefined && Object.hasOwn(plan.variables, name) ? plan.variables[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
