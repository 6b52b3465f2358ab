import { DomainError } from '@deployment-engine/service';
import {
  armTerraformRoot,
  checkArmParameters,
  readArmTemplate,
  TemplateError,
  variableName,
} from '@deployment-engine/templates';
import type { Compiled, Given } from './compile.ts';
import { wrongParameters } from './wrong-parameters.ts';

const places = ['location', 'resource_group'] as const;

/**
 * Returns the code of a project with one deployment of an ARM template, in a new resource group in the variable `location`, or in
 * the one that the variable `resource_group` names. Parameters are checked before anything runs.
 */
export function compileArm(text: string, { parameters, variables }: Given, name: string): Compiled {
  const [place, value] = placeOf(variables);
  try {
    const template = readArmTemplate(text);
    const { values, problems } = checkArmParameters(template, parameters);
    if (problems.length > 0) throw wrongParameters(problems);
    const given = [...values.keys()];
    const resourceGroup = place === 'resource_group' ? value : undefined;
    return {
      files: armTerraformRoot(template, text, name, { given, resourceGroup }),
      variables: {
        [place]: value,
        ...Object.fromEntries([...values].map(([one, given]) => [variableName(one), given])),
      },
      parameterNames: given,
    };
  } catch (error) {
    if (error instanceof TemplateError) throw new DomainError('template_refused', error.message);
    throw error;
  }
}

function placeOf(variables: Given['variables']): [place: (typeof places)[number], value: string] {
  const [first, ...others] = Object.keys(variables);
  const place = places.find((one) => one === first);
  const value = place && variables[place];
  if (others.length === 0 && place && typeof value === 'string' && value.trim() !== '') return [place, value];
  throw new DomainError('invalid_request', 'the request is not valid', {
    fields: [
      {
        pointer: '/variables',
        detail:
          'an ARM template is deployed into a resource group: give {"location": "westeurope"} for a new one, or {"resource_group": "its-name"}; values of its parameters belong in parameters',
      },
    ],
  });
}
