export { type Capability, capabilitiesOf } from './cloudformation/capabilities.ts';
export { type InnerPlan, innerPlan } from './cloudformation/inner-plan.ts';
export { type CheckedParameters, checkParameters } from './cloudformation/parameters.ts';
export { type CloudFormationTemplate, readTemplate } from './cloudformation/read-template.ts';
export { Unknown } from './cloudformation/unknown.ts';
export { TemplateError } from './template-error.ts';
