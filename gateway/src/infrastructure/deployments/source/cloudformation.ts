import { DomainError } from '@deployment-engine/service';
import {
  checkParameters,
  parameterTexts,
  readTemplate,
  TemplateError,
  terraformRoot,
} from '@deployment-engine/templates';
import type { Compiled } from './compile.ts';
import { wrongParameters } from './wrong-parameters.ts';

/** Bytes that CloudFormation takes in a request; larger templates must lie in a bucket. */
const maxBodyBytes = 51_200;

/** Returns the code of a project with one CloudFormation stack. Parameters are checked before anything runs. */
export function compileCloudFormation(
  text: string,
  given: Readonly<Record<string, unknown>>,
  stackName: string,
): Compiled {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBodyBytes)
    throw new DomainError(
      'template_refused',
      `reading the template: it has ${bytes} bytes, and CloudFormation takes ${maxBodyBytes} in a request; split it into several deployments`,
    );
  try {
    const template = readTemplate(text);
    const { values, problems } = checkParameters(template, given);
    if (problems.length > 0) throw wrongParameters(problems);
    return {
      files: terraformRoot(template, text, stackName),
      variables: parameterTexts(values),
      parameterNames: Object.keys(given),
    };
  } catch (error) {
    if (error instanceof TemplateError) throw new DomainError('template_refused', error.message);
    throw error;
  }
}
