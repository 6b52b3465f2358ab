export type { ComplianceFinding } from './compliance/check-compliance.ts';
export { projectId } from './components/project-id.ts';
export { changedFields, type FieldChange } from './deployment/changed-fields.ts';
export { componentFiles } from './deployment/component-files.ts';
export { type PlannedOutputs, plannedOutputs } from './deployment/planned-outputs.ts';
export { type RefinementProblem, refinementProblems } from './deployment/refinement.ts';
export type { ComponentFilesRequest } from './deployment/root-module.ts';
export {
  type ComponentPlan,
  type InputReference,
  type StackPlan,
  stackPlan,
} from './deployment/stack-plan.ts';
export { withoutPending } from './deployment/without-pending.ts';
export {
  type Place,
  type StackError,
  type StackErrorCode,
  type StackWarning,
  stackErrorCodes,
  stackWarningCodes,
} from './errors.ts';
export { type CriticalPath, criticalPath } from './graph/critical-path.ts';
export { type Drawing, renderDot, renderJson, renderMermaid, renderText } from './graph/render.ts';
export {
  dependenciesOutside,
  dependentsOutside,
  idsInScope,
  type PartialScope,
  withDependencies,
  withDependents,
} from './graph/scope.ts';
export { type Dependency, destroyWaves, wavesOf } from './graph/waves.ts';
export { checkKind, type KindProblem, kindVariables } from './kind/check/check-kind.ts';
export { type CheckedKind, checkKinds } from './kind/check/check-kinds.ts';
export { type Field, fieldsOf } from './kind/check/fields.ts';
export { type KindTest, readKindTests } from './kind/check/kind-test.ts';
export { noEffectOf } from './kind/check/no-effect.ts';
export {
  findKind,
  foundationKind,
  infraSchemaOf,
  type Kind,
  type KindCatalog,
  type KindOrigin,
} from './kind/kind.ts';
export { readKind, readKinds } from './kind/read-kinds.ts';
export { listStacks } from './list-stacks.ts';
export type { EdgeKind } from './references/find-references.ts';
export type { Edge, StackOutput } from './references/resolve-references.ts';
export {
  type Foundation,
  type Graph,
  type Refusal,
  type Resolution,
  type ResolvedComponent,
  resolutionJson,
} from './resolution.ts';
export { type ResolveRequest, resolveStack } from './resolve-stack.ts';
export { KindError, type Schema } from './schema/schema.ts';
export { didYouMean } from './suggest.ts';
export type { Json } from './tree/tree.ts';
export { validateStack } from './validate-stack.ts';
