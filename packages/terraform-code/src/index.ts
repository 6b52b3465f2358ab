export { parseHcl, parseTemplateFile } from './hcl/body.ts';
export {
  type Attribute,
  attribute,
  type Block,
  type Body,
  childrenOf,
  type Expression,
  literalString,
  walkBody,
  walkExpression,
} from './hcl/syntax-tree.ts';
export { providerOfImport, providerOfResource, resourceBlocksOf } from './hcl/used-providers.ts';
export { parseJsonBody } from './json/json-body.ts';
export { type JsonValue, parseJson } from './json/parse-json.ts';
export { hasMark } from './plan/marks.ts';
export { moduleNames, withoutKeys } from './plan/module-path.ts';
export { type PlanExpression, type PlanExpressions, readPlanExpression } from './plan/plan-expression.ts';
export { redactPlan } from './plan/redact-plan.ts';
export { redactSensitive, sensitiveText } from './plan/redact-sensitive.ts';
export * from './plan/terraform-plan.ts';
export { instanceAddresses, type StateInstance } from './state/instance-addresses.ts';
export type { StateResource, TerraformState } from './state/terraform-state.ts';
export { CodeSyntaxError } from './syntax-error.ts';
export { asArray, asRecord, asString, isRecord, strings } from './values/json-value.ts';
export { parseHclValues } from './values/parse-hcl.ts';
