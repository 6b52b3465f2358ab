import type { z } from 'zod';

/** The project and job whose secrets an answer, or a part of it, may contain. */
export type Owner = { projectId?: string | undefined; jobId?: string | undefined };
export type JsonRedactor = { redactJson(value: unknown): unknown };
export type RedactorOf<Redactor extends JsonRedactor = JsonRedactor> = (owner: Owner) => Promise<Redactor>;

/** Fields that the engine fills or the caller names: ids, digests, times. `objectId` is not one: the cloud fills it. */
const engineFields =
  /^(id|url|serial|lineage|digest|sha256|currency|nextCursor|history)$|(?<!^object)(Id|At|Time|Digest|Cursor)$/;

/**
 * Redacts the secrets in an answer. Enumerations, numbers and fields that the engine fills are kept, so that a secret
 * with the value "failed" changes no status; the schema tells them apart from free text. An item that names its
 * project is redacted with that project's secrets. For an answer without free text, no secrets are loaded.
 */
export async function redactAnswer<Answer>(
  schema: z.ZodType,
  answer: Answer,
  owner: Owner,
  redactorOf: RedactorOf,
): Promise<Answer> {
  const owners = new Map<string, Owner>();
  visit(schema, answer, owner, (value, of) => {
    owners.set(keyOf(of), of);
    return value;
  });
  const asked = [...owners].map(async ([key, of]) => [key, await redactorOf(of)] as const);
  const redactors = new Map<string, JsonRedactor>(await Promise.all(asked));
  return visit(schema, answer, owner, (value, of) => redactors.get(keyOf(of))?.redactJson(value)) as Answer;
}

function keyOf({ projectId, jobId }: Owner): string {
  return `${projectId ?? ''} ${jobId ?? ''}`;
}

type Change = (text: unknown, owner: Owner) => unknown;
type Schema = z.ZodType & {
  def: {
    type: string;
    innerType?: Schema;
    element?: Schema;
    valueType?: Schema;
    options?: Schema[];
    items?: Schema[];
    out?: Schema;
    shape?: Record<string, Schema>;
    checks?: unknown[];
  };
};

function visit(schema: z.ZodType, value: unknown, owner: Owner, change: Change): unknown {
  const { def } = schema as Schema;
  if (value === null || value === undefined) return value;
  if (def.innerType) return visit(def.innerType, value, owner, change);
  switch (def.type) {
    case 'string':
      return isPattern(def.checks) ? value : change(value, owner);
    case 'unknown':
    case 'any':
      return change(value, owner);
    case 'array':
      return (value as unknown[]).map((item) =>
        def.element ? visit(def.element, item, owner, change) : item,
      );
    case 'record':
      return visitRecord(def.valueType, value, owner, change);
    case 'object':
      return visitObject(def.shape ?? {}, value, owner, change);
    case 'union': {
      const option = def.options?.find((candidate) => candidate.safeParse(value).success);
      return option ? visit(option, value, owner, change) : change(value, owner);
    }
    case 'pipe':
      return def.out ? visit(def.out, value, owner, change) : change(value, owner);
    default:
      return value;
  }
}

/** Visits fields that the schema does not name too: a handler may answer with more. */
function visitObject(shape: Record<string, Schema>, value: unknown, outer: Owner, change: Change): unknown {
  const { projectId, jobId } = value as { projectId?: unknown; jobId?: unknown };
  const isItem = typeof projectId === 'string' && projectId !== outer.projectId;
  const owner = isItem ? { projectId, jobId: typeof jobId === 'string' ? jobId : undefined } : outer;
  return Object.fromEntries(
    Object.entries(value as object).map(([key, item]) => {
      if (engineFields.test(key) && typeof item === 'string') return [key, item];
      const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
      return [key, field ? visit(field, item, owner, change) : item && change(item, owner)];
    }),
  );
}

/** Redacts names as well. Names that become equal get a number, so that none is lost. */
function visitRecord(valueType: Schema | undefined, value: unknown, owner: Owner, change: Change): unknown {
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value as object)) {
    const shown = String(change(key, owner));
    let name = shown;
    for (let count = 2; Object.hasOwn(result, name); count += 1) name = `${shown} ${count}`;
    result[name] = valueType ? visit(valueType, item, owner, change) : change(item, owner);
  }
  return result;
}

/** Whether the strings have a fixed pattern, such as the id of a job. */
function isPattern(checks: unknown[] | undefined): boolean {
  return (checks ?? []).some((check) => {
    const { _zod: inner } = check as { _zod?: { def?: { check?: string } } };
    return inner?.def?.check === 'string_format';
  });
}
