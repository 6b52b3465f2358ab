import type { Files, TemplateType } from '@deployment-engine/contracts';
import { singleFileName, variablesSchema } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { fieldErrors } from '../../../http/problems.ts';
import type { Variables } from '../../../projects/revisions/store.ts';
import { compileArm } from './arm.ts';
import { compileCloudFormation } from './cloudformation.ts';

/** A template as Terraform code, with the values of its variables. */
export type Compiled = { files: Files; variables: Variables; parameterNames: string[] };

export type Template = { type: TemplateType; files: Files };

export type Given = {
  parameters: Readonly<Record<string, unknown>>;
  variables: Variables;
  /** For templates that are too large for a request. */
  template_bucket: string | null;
};

/** Turns a template and what is given for it into the code of a project. Throws `template_refused` or `invalid_request`. */
export function compile({ type, files }: Template, given: Given, stackName: string): Compiled {
  if (type === 'terraform') return compileTerraform(files, given);
  const [text] = Object.values(files);
  if (type === 'arm') return compileArm(typeof text === 'string' ? text : '', given, stackName);
  const names = Object.keys(given.variables);
  if (names.length > 0)
    throw new DomainError('invalid_request', 'the request is not valid', {
      fields: [
        { pointer: '/variables', detail: 'a CloudFormation template has parameters; give them there' },
      ],
    });
  return compileCloudFormation(typeof text === 'string' ? text : '', given, stackName);
}

/** Google ends Deployment Manager, whose templates are YAML. */
function refuseDeploymentManager(files: Files): void {
  const [text, ...others] = Object.values(files);
  const isOne = others.length === 0 && typeof text === 'string' && /^(imports|resources):\s*$/m.test(text);
  if (isOne && !text.includes('{'))
    throw new DomainError(
      'template_refused',
      'reading the template: it looks like one of Google Cloud Deployment Manager, which Google ends; write it as Terraform code with the provider google',
    );
}

/** In Terraform, parameters are variables. */
function compileTerraform(files: Files, { parameters, variables }: Given): Compiled {
  refuseDeploymentManager(files);
  const parsed = variablesSchema.safeParse(parameters);
  if (!parsed.success)
    throw new DomainError('invalid_request', 'the request is not valid', {
      fields: fieldErrors(parsed.error).map(({ pointer, detail }) => ({
        pointer: `/parameters${pointer}`,
        detail,
      })),
    });
  return {
    files,
    variables: { ...parsed.data, ...variables },
    parameterNames: Object.keys(parameters).filter((name) => !Object.hasOwn(variables, name)),
  };
}

/** Returns the files of a template that is one text. */
export function oneFile(type: TemplateType, code: string): Files {
  return { [type === 'terraform' ? singleFileName : 'template']: code };
}
