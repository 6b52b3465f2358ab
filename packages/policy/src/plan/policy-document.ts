import { asRecord, asString, type JsonValue, parseJson } from '@deployment-engine/terraform-code';

/** A statement of an IAM policy; every field is a list. */
export type Statement = {
  effect: string;
  actions: string[];
  notActions: string[];
  resources: string[];
  notResources: string[];
  /** Identifiers of the principals; `*` means everybody. A `NotPrincipal` counts as everybody. */
  principals: string[];
  conditions: { operator: string; key: string; values: string[] }[];
};

/** Parses a JSON document into statements; `undefined` if it is malformed or has duplicate keys. */
export function parseDocument(text: string): Statement[] | undefined {
  try {
    const document = caseless(plain(parseJson(text)));
    return list(document.statement).map((statement) => readStatement(caseless(statement)));
  } catch {
    return undefined;
  }
}

class DuplicateKeyError extends Error {}

function plain(value: JsonValue): unknown {
  switch (value.kind) {
    case 'string':
    case 'scalar':
      return value.value;
    case 'array':
      return value.items.map(plain);
    case 'object': {
      const keys = value.members.map(({ key }) => key.toLowerCase());
      if (new Set(keys).size !== keys.length) throw new DuplicateKeyError();
      return Object.fromEntries(value.members.map(({ key, value }) => [key, plain(value)]));
    }
  }
}

function caseless(value: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(asRecord(value)).map(([key, item]) => [key.toLowerCase(), item]));
}

function list(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function texts(value: unknown): string[] {
  return list(value).map(String);
}

function readStatement(statement: Record<string, unknown>): Statement {
  const { principal } = statement;
  const named =
    typeof principal === 'string' ? [principal] : Object.values(asRecord(principal)).flatMap(texts);
  return {
    effect: asString(statement.effect),
    actions: texts(statement.action),
    notActions: texts(statement.notaction),
    resources: texts(statement.resource),
    notResources: texts(statement.notresource),
    principals: statement.notprincipal === undefined ? named : ['*'],
    conditions: Object.entries(asRecord(statement.condition)).flatMap(([operator, keys]) =>
      Object.entries(asRecord(keys)).map(([key, values]) => ({ operator, key, values: texts(values) })),
    ),
  };
}

const narrowingKeys = new Set([
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceowner', // the older name, in the policy that SNS gives a new topic
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'kms:calleraccount',
]);
const narrowingOperator = /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))$/i;

/** Whether it allows access to everybody without a condition on account, organisation or network. */
export function isPublic(statement: Statement, extraKeys: readonly string[] = []): boolean {
  return (
    statement.effect === 'Allow' &&
    statement.principals.includes('*') &&
    !statement.conditions.some(
      ({ operator, key, values }) =>
        narrowingOperator.test(operator) &&
        (narrowingKeys.has(key.toLowerCase()) || extraKeys.includes(key.toLowerCase())) &&
        values.length > 0 &&
        values.every((value) => !/^[*?:]*$/.test(value)),
    )
  );
}

/** Whether it allows every action on every resource. */
export function isAdministrator({
  effect,
  actions,
  notActions,
  resources,
  notResources,
}: Statement): boolean {
  const everyAction = actions.some((action) => /^\*+(:\*+)?$/.test(action)) || notActions.length > 0;
  const everything = resources.some((resource) => /^\*+$/.test(resource)) || notResources.length > 0;
  return effect === 'Allow' && everyAction && everything;
}

/** Whether it denies requests without TLS. */
export function deniesPlainHttp({ effect, conditions }: Statement): boolean {
  return (
    effect === 'Deny' &&
    conditions.some(
      ({ operator, key, values }) =>
        /^Bool(IfExists)?$/i.test(operator) &&
        key.toLowerCase() === 'aws:securetransport' &&
        values.some((value) => value.toLowerCase() === 'false'),
    )
  );
}
