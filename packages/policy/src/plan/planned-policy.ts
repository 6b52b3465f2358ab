import { asArray, asRecord, asString, strings } from '@deployment-engine/terraform-code';
import type { PlanModel, PlannedResource } from './plan-model.ts';
import type { PlannedValue } from './planned-value.ts';
import { parseDocument, type Statement } from './policy-document.ts';
import { referencesOf } from './references.ts';

/** `unknown` if the document is unknown before apply or is not a policy. */
export type PolicyDocument = Statement[] | 'unknown' | 'absent';

/** Reads the policy in an attribute; if unknown, reads what its data source already shows. */
export function readPolicy(
  plan: PlanModel,
  resource: PlannedResource,
  attribute: PlannedValue,
  name: string,
): PolicyDocument {
  if (typeof attribute.value === 'string')
    return attribute.value.trim() === '' ? 'absent' : (parseDocument(attribute.value) ?? 'unknown');
  if (!attribute.isPending) return 'absent';
  return readDataSources(plan, resource, name) ?? 'unknown';
}

/** Reads `data "aws_iam_policy_document"` blocks, if they are the attribute's only source. */
function readDataSources(plan: PlanModel, resource: PlannedResource, name: string): Statement[] | undefined {
  const expression = resource.configuration.expressions?.[name];
  const { resources, localsOf, constants } = referencesOf(plan, resource, expression);
  const documents = resources.filter(({ address }) => address.startsWith('data.aws_iam_policy_document.'));
  if (
    documents.length !== resources.length ||
    documents.length === 0 ||
    localsOf.length > 0 ||
    constants.length > 0
  )
    return undefined;
  const statements: Statement[] = [];
  for (const { modulePath, address } of documents) {
    const sources = plan.data.filter(
      (source) => source.modulePath === modulePath && `data.${source.type}.${source.name}` === address,
    );
    if (sources.length === 0) return undefined;
    for (const source of sources) {
      const read = readDataSource(source);
      if (!read) return undefined;
      statements.push(...read);
    }
  }
  return statements;
}

function readDataSource({ attributes, afterUnknown, after }: PlannedResource): Statement[] | undefined {
  const unknown = asRecord(afterUnknown);
  if (unknown.statement === true) return undefined;
  const statements = asArray(asRecord(after).statement).map(asRecord).map(fromDataStatement);
  for (const name of ['source_policy_documents', 'override_policy_documents']) {
    const marks = unknown[name];
    if (marks === true || asArray(marks).includes(true)) return undefined;
    for (const text of attributes.get(name).strings) {
      const parsed = parseDocument(text);
      if (!parsed) return undefined;
      statements.push(...parsed);
    }
  }
  return statements;
}

/** Items unknown before apply are `null`; as references they cannot be the wildcard. */
function fromDataStatement(statement: Record<string, unknown>): Statement {
  const principals = asArray(statement.principals).map(asRecord);
  return {
    effect: asString(statement.effect) || 'Allow',
    actions: strings(statement.actions),
    notActions: strings(statement.not_actions),
    resources: strings(statement.resources),
    notResources: strings(statement.not_resources),
    principals: asArray(statement.not_principals).length
      ? ['*']
      : principals.flatMap(({ identifiers }) => strings(identifiers)),
    conditions: asArray(statement.condition)
      .map(asRecord)
      .map(({ test, variable, values }) => ({
        operator: asString(test),
        key: asString(variable),
        values: strings(values).length ? strings(values) : ['(known after apply)'],
      })),
  };
}
