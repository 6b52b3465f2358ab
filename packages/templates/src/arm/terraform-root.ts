import { variableName } from '../variable-name.ts';
import { isSecure } from './parameters.ts';
import type { ArmTemplate } from './read-template.ts';

const deployment = 'azurerm_resource_group_template_deployment.deployment';

/** Where a template is deployed: a resource group that is there, or a new one in a region. */
export type ArmPlace = { resourceGroup?: string | undefined };

/**
 * Returns the code of a Terraform root with one deployment of a template: the template beside it, a variable for each parameter that
 * has a value, an output for each of the template's. Its mode is Incremental: what it does not name stays.
 */
export function armTerraformRoot(
  template: ArmTemplate,
  text: string,
  name: string,
  { given, resourceGroup }: ArmPlace & { given: readonly string[] },
): Record<string, string> {
  const isOwn = resourceGroup === undefined;
  const group = isOwn ? `\${azurerm_resource_group.group.name}` : `\${var.resource_group}`;
  const root = {
    terraform: { required_providers: { azurerm: { source: 'hashicorp/azurerm' } } },
    provider: { azurerm: { features: {} } },
    variable: {
      [isOwn ? 'location' : 'resource_group']: { type: 'string' },
      ...Object.fromEntries(given.map((one) => [variableName(one), variable(template, one)])),
    },
    resource: {
      ...(isOwn ? { azurerm_resource_group: { group: { name, location: `\${var.location}` } } } : {}),
      azurerm_resource_group_template_deployment: {
        deployment: {
          name,
          resource_group_name: group,
          deployment_mode: 'Incremental',
          template_content: `\${file("\${path.module}/template.json")}`,
          ...(given.length > 0 ? { parameters_content: parametersContent(given) } : {}),
        },
      },
    },
    ...(template.outputs.size > 0
      ? { output: Object.fromEntries([...template.outputs].map(([one, body]) => [one, output(one, body)])) }
      : {}),
  };
  return { 'main.tf.json': `${JSON.stringify(root, null, 2)}\n`, 'template.json': text };
}

function variable({ parameters }: ArmTemplate, name: string): Record<string, unknown> {
  return { type: 'any', ...(isSecure(parameters.get(name) ?? {}) ? { sensitive: true } : {}) };
}

function parametersContent(given: readonly string[]): string {
  const parts = given.map((name) => `${JSON.stringify(name)} = { value = var.${variableName(name)} }`);
  return `\${jsonencode({ ${parts.join(', ')} })}`;
}

/** An output under a condition may not be there. Azure returns no secure ones. */
function output(name: string, definition: Record<string, unknown>): Record<string, unknown> {
  const value = `\${try(jsondecode(${deployment}.output_content)[${JSON.stringify(name)}].value, null)}`;
  return { value, ...(isSecure(definition) ? { sensitive: true } : {}) };
}
