import type { Report } from '../errors.ts';
import { fieldsOf } from '../kind/check/fields.ts';
import { isWithin } from '../kind/check/no-effect.ts';
import {
  componentKindNames,
  findKind,
  foundationKind,
  infraSchemaOf,
  type Kind,
  type KindCatalog,
} from '../kind/kind.ts';
import { didYouMean } from '../suggest.ts';
import type { Requirement } from './requirement.ts';

/**
 * Returns the names of the kinds that a requirement is for. A kind that does not exist, and a field that no such kind has,
 * are errors: such a requirement would hold everywhere without saying anything.
 */
export function kindsOf(
  { kinds, field, fieldPlace }: Requirement,
  catalog: KindCatalog,
  report: Report,
): Set<string> {
  const all = [...catalog.kinds.values()].filter(({ name }) => name !== foundationKind);
  const named = kinds?.flatMap(({ name, place }) => {
    const known = componentKindNames(catalog);
    const kind = known.includes(name) ? findKind(catalog, name) : undefined;
    if (!kind) report.error('unknown_kind', place, `kind ${name} does not exist${didYouMean(name, known)}`);
    return kind ?? [];
  });
  const chosen = named ?? all;
  const withField = chosen.filter((kind) => hasField(kind, field, catalog));
  const without = named
    ? chosen.filter((kind) => !withField.includes(kind))
    : withField.length > 0
      ? []
      : chosen;
  if (without.length > 0) {
    const known = without.flatMap((kind) => namesOf(kind, catalog));
    const who = named ? `kind ${without[0]?.name}` : 'a kind';
    const what = named ? `${who} has no field ${field}` : `no kind has a field ${field}`;
    report.error('unknown_field', fieldPlace, `${what}${didYouMean(field, known)}`);
  }
  return new Set(withField.map(({ name }) => name));
}

function hasField(kind: Kind, path: string, catalog: KindCatalog): boolean {
  if (path.startsWith('labels.')) return true;
  return fieldsOfBoth(kind, catalog).some(
    ({ path: known, isOpen }) => isWithin(known, path) || (isOpen && path.startsWith(`${known}.`)),
  );
}

function namesOf(kind: Kind, catalog: KindCatalog): string[] {
  return fieldsOfBoth(kind, catalog).map(({ path }) => path);
}

/** `isOpen`: a map whose keys the schema does not list. */
function fieldsOfBoth(kind: Kind, catalog: KindCatalog): { path: string; isOpen: boolean }[] {
  const both = { spec: kind.schema, infra: infraSchemaOf(catalog, kind) };
  return Object.entries(both).flatMap(([part, schema]) =>
    fieldsOf(schema).map(({ path, schema: { additionalProperties = false } }) => ({
      path: `${part}.${path}`,
      isOpen: additionalProperties !== false,
    })),
  );
}
