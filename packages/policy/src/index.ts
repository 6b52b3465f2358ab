export { findingDiagnostic, findingsText } from './finding-text.ts';
export { blastRadiusIds } from './plan/blast-radius.ts';
export { changeRules } from './plan/change-rules.ts';
export { evaluatePlan } from './plan/evaluate-plan.ts';
export { evaluateResult } from './plan/evaluate-result.ts';
export { type PlannedResource, readPlan } from './plan/plan-model.ts';
export { enforcedModes, modesBySeverity } from './plan/profiles.ts';
export { referencesOf } from './plan/references.ts';
export { mergeReports } from './plan/report-builder.ts';
export { builtInRules } from './plan/rules/index.ts';
export { type AccountLimits, modeOf, type PolicySettings } from './plan/settings.ts';
export { celProblem } from './plan/user-rules/cel-rule.ts';
export { evaluateUserRules, runUserRules } from './plan/user-rules/evaluate-user-rules.ts';
export type { JudgedStack } from './plan/user-rules/judged-stack.ts';
export {
  judgeStack,
  type StackFinding,
  stackCelProblem,
} from './plan/user-rules/stack-rules.ts';
export { checkState } from './preflight/check-state.ts';
export {
  invalidCode,
  invalidCodeMessage,
  type Question,
  questionFor,
  sourceLinesOf,
} from './preflight/invalid-code.ts';
export { preflight } from './preflight/preflight.ts';
export { preflightInThread } from './preflight/preflight-in-thread.ts';
export { preflightRules } from './preflight/rules.ts';
