export { type InnerPlan, innerPlan } from './cloudformation/inner-plan.ts';
export { checkParameters } from './cloudformation/parameters.ts';
export { readTemplate } from './cloudformation/read-template.ts';
export {
  parameterName,
  parameterTexts,
  terraformRoot,
} from './cloudformation/terraform-root.ts';
export { Unknown } from './cloudformation/unknown.ts';
export { TemplateError } from './template-error.ts';
