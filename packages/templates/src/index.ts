export { type InnerPlan, innerPlan } from './cloudformation/inner-plan.ts';
export { readTemplate } from './cloudformation/read-template.ts';
export { Unknown } from './cloudformation/unknown.ts';
export { TemplateError } from './template-error.ts';
