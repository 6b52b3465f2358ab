import { isRecord, strings } from '../values/json-value.ts';

/** Arguments of a block in a plan's `configuration` by name; `readPlanExpression` reads each. */
export type PlanExpressions = Record<string, unknown>;

/**
 * - `value`: a constant, or the references in an expression, most specific first with their parents.
 * - `block`: the arguments of a nested block.
 * - `blocks`: the nested blocks of a name.
 * Source: https://developer.hashicorp.com/terraform/internals/json-format#expression-representation
 */
export type PlanExpression =
  | { kind: 'value'; constant: unknown; references: string[] }
  | { kind: 'block'; arguments: PlanExpressions }
  | { kind: 'blocks'; blocks: unknown[] };

/**
 * Reads an argument in a plan's `configuration`; `undefined` if the code does not set it. Terraform marks
 * expressions by nothing but their keys: other objects are nested blocks. `constant` is `undefined` if the
 * expression is none.
 */
export function readPlanExpression(json: unknown): PlanExpression | undefined {
  if (Array.isArray(json)) return { kind: 'blocks', blocks: json };
  if (!isRecord(json)) return undefined;
  if (!isValue(json)) return { kind: 'block', arguments: json };
  return { kind: 'value', constant: json.constant_value, references: strings(json.references) };
}

function isValue(json: Record<string, unknown>): boolean {
  return 'constant_value' in json || Array.isArray(json.references);
}
