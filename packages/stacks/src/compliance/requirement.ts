import { type ComplianceSeverity, requirementsSchema } from '../documents/specs.ts';
import type { Place, Report } from '../errors.ts';
import type { LoadContext } from '../loading/context.ts';
import type { Layers } from '../loading/layers.ts';
import { validate } from '../schema/validate.ts';
import { merge } from '../tree/merge.ts';
import { at, listAt, numberAt, type Scalar, type Tree, textAt, textOf } from '../tree/tree.ts';
import type { Scope } from '../variables/scope.ts';

/** What a file of kind Compliance demands of a field. */
export type Requirement = {
  name: string;
  /** A path like `spec.backup.retentionDays`, `infra.protect`, `spec.ports[].port` or `labels.team`. */
  field: string;
  fieldPlace: Place;
  /** Kinds as written; undefined means every kind that has the field. */
  kinds: { name: string; place: Place }[] | undefined;
  minimum: number | undefined;
  maximum: number | undefined;
  oneOf: Scalar[] | undefined;
  severity: ComplianceSeverity;
  /** Why, in the words of the file. */
  message: string | undefined;
};

/** Merges the requirements of all layers by name, the later one wins, and reports what is wrong with them. */
export function readRequirements(
  layers: Layers['layers'],
  scope: Scope,
  { report }: LoadContext,
): Requirement[] {
  const merged = layers.reduce<Tree | undefined>(
    (lower, { requirements }) => (requirements ? merge(lower, requirements, { report }) : lower),
    undefined,
  );
  if (!merged) return [];
  const check = { report, root: requirementsSchema };
  const valid = validate(requirementsSchema, scope.expandTree(merged), { path: 'spec.requirements' }, check);
  return valid.kind === 'list' ? valid.items.flatMap((item) => requirementOf(item, report)) : [];
}

function requirementOf(item: Tree, report: Report): Requirement[] {
  const [name, field] = [textAt(item, 'name'), at(item, 'field')];
  const path = textOf(field);
  if (name === undefined || !field || path === undefined) return []; // which is reported
  const [minimum, maximum] = [numberAt(item, 'minimum'), numberAt(item, 'maximum')];
  const least = at(item, 'minimum');
  if (minimum !== undefined && maximum !== undefined && minimum > maximum && least)
    report.error('out_of_range', least.place, `minimum ${minimum} is more than maximum ${maximum}; lower it`);
  const kinds = listAt(item, 'kinds').map((tree) => ({ name: textOf(tree) ?? '', place: tree.place }));
  const oneOf = listAt(item, 'oneOf').flatMap((tree) => (tree.kind === 'scalar' ? [tree.value] : []));
  return [
    {
      ...{ name, field: path, fieldPlace: field.place, minimum, maximum },
      kinds: kinds.length > 0 ? kinds : undefined,
      oneOf: oneOf.length > 0 ? oneOf : undefined,
      severity: (textAt(item, 'severity') as ComplianceSeverity | undefined) ?? 'medium',
      message: textAt(item, 'message'),
    },
  ];
}
