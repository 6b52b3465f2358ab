import { DomainError } from '@deployment-engine/service';
import {
  checkParameters,
  parameterTexts,
  readTemplate,
  TemplateError,
  terraformRoot,
} from '@deployment-engine/templates';
import type { Compiled, Given } from './compile.ts';
import { wrongParameters } from './wrong-parameters.ts';

/** Bytes that CloudFormation takes in a request; larger templates must lie in a bucket. */
const maxBodyBytes = 51_200;

/** Returns the code of a project with one CloudFormation stack. Parameters are checked before anything runs. */
export function compileCloudFormation(
  text: string,
  { parameters, template_bucket: bucket }: Given,
  stackName: string,
): Compiled {
  const bytes = Buffer.byteLength(text);
  const isLarge = bytes > maxBodyBytes;
  if (isLarge && bucket === null)
    throw new DomainError(
      'template_refused',
      `reading the template: it has ${bytes} bytes, and CloudFormation takes ${maxBodyBytes} in a request; give template_bucket, a bucket of the account from which CloudFormation reads it, or split the template`,
    );
  try {
    const template = readTemplate(text);
    const { values, problems } = checkParameters(template, parameters);
    if (problems.length > 0) throw wrongParameters(problems);
    return {
      files: terraformRoot(template, text, stackName, isLarge ? (bucket ?? undefined) : undefined),
      variables: parameterTexts(values),
      parameterNames: Object.keys(parameters),
    };
  } catch (error) {
    if (error instanceof TemplateError) throw new DomainError('template_refused', error.message);
    throw error;
  }
}
