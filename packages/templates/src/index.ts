export { type InnerPlan, innerPlan } from './cloudformation/inner-plan.ts';
export { checkParameters } from './cloudformation/parameters.ts';
export { readTemplate } from './cloudformation/read-template.ts';
export {
  parameterName,
  parameterTexts,
  terraformRoot,
} from './cloudformation/terraform-root.ts';
export { type Holder, isHolder, readHolder } from './read-holder.ts';
export { TemplateError } from './template-error.ts';
export { Unknown } from './unknown.ts';
