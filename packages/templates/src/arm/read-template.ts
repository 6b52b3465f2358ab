import { asRecord, isRecord } from '@deployment-engine/terraform-code';
import { TemplateError } from '../template-error.ts';
import { requireReferences } from './check-references.ts';
import { type Located, readJson } from './read-json.ts';

/** Bytes of a template: Azure takes 4 MB, but nobody reads so much. */
const maxBytes = 1_000_000;
const maxDepth = 100;
/** Azure's types have fewer parts. */
const maxChildDepth = 5;
/** Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits */
const limits = { parameters: 256, variables: 256, resources: 800, outputs: 64 };

export type ArmResource = {
  /** Its name as it is written, which can be an expression; for resources with symbolic names, that name. */
  label: string;
  type: string;
  body: Record<string, unknown>;
  /** Line from 1. */
  line: number | undefined;
};

/** A template of Azure Resource Manager; nothing is evaluated. */
export type ArmTemplate = {
  parameters: Map<string, Record<string, unknown>>;
  variables: Record<string, unknown>;
  resources: ArmResource[];
  /** Names of outputs, with their definitions. */
  outputs: Map<string, Record<string, unknown>>;
};

/** Reads the JSON of a template. Throws `TemplateError` with the line of the first problem. */
export function readArmTemplate(text: string): ArmTemplate {
  if (Buffer.byteLength(text) > maxBytes)
    throw new TemplateError(`it has more than ${maxBytes} bytes; split it into several deployments`);
  refuseBicep(text);
  const located = readJson(text, maxDepth);
  const { value: template } = located;
  if (!isRecord(template)) throw new TemplateError('it is not a map', { line: 1 });
  requireHead(template, located);
  const parameters = section(template, 'parameters', located);
  const variables = section(template, 'variables', located);
  const outputs = section(template, 'outputs', located);
  const read = {
    parameters: recordsOf(parameters, 'parameter', located),
    variables,
    resources: readResources(template, located),
    outputs: recordsOf(outputs, 'output', located),
  };
  requireReferences(template, read, located);
  return read;
}

/** Bicep is a language of its own; only its own compiler turns it into a template. */
function refuseBicep(text: string): void {
  if (/^\s*(\/\/|@|(param|var|resource|module|targetScope|metadata|output|type|func|import)\s)/.test(text))
    throw new TemplateError(
      'it looks like Bicep, which only its own compiler reads; turn it into JSON with "az bicep build" and give that',
      { line: 1 },
    );
}

function requireHead(template: Record<string, unknown>, { lineOf }: Located): void {
  const { $schema: schema, contentVersion: version } = template;
  const line = lineOf(template, '$schema') ?? 1;
  const [, name] =
    /^https?:\/\/schema\.management\.azure\.com\/schemas\/\d{4}-\d{2}-\d{2}(?:-preview)?\/(\w+)\.json#?$/.exec(
      String(schema),
    ) ?? [];
  if (name === undefined)
    throw new TemplateError(
      '$schema is not one of Azure Resource Manager, for example https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      { line },
    );
  if (name !== 'deploymentTemplate')
    throw new TemplateError(
      `it is a ${name}; only templates of a resource group (deploymentTemplate) are deployed`,
      { line },
    );
  if (typeof version !== 'string' || !/^\d+\.\d+\.\d+\.\d+$/.test(version))
    throw new TemplateError('contentVersion is not four numbers with dots, for example 1.0.0.0', {
      line: lineOf(template, 'contentVersion') ?? 1,
    });
}

type Section = 'parameters' | 'variables' | 'outputs';

function section(
  template: Record<string, unknown>,
  name: Section,
  { lineOf }: Located,
): Record<string, unknown> {
  const found = template[name] ?? {};
  const line = lineOf(template, name);
  if (!isRecord(found)) throw new TemplateError(`${name} is not a map`, { line });
  const count = Object.keys(found).length;
  if (count > limits[name])
    throw new TemplateError(`it has ${count} ${name}; Azure takes ${limits[name]}`, { line });
  return found;
}

/** Names become those of variables and outputs of Terraform; others would be read as code. */
function recordsOf(
  found: Record<string, unknown>,
  what: string,
  { lineOf }: Located,
): Map<string, Record<string, unknown>> {
  return new Map(
    Object.entries(found).map(([name, value]) => {
      const line = lineOf(found, name);
      if (!/^[A-Za-z_][A-Za-z0-9_-]{0,254}$/.test(name))
        throw new TemplateError(
          `the ${what} ${name.slice(0, 100)} has other characters than letters, digits, _ and -`,
          { line },
        );
      if (!isRecord(value) || typeof value.type !== 'string')
        throw new TemplateError(`the ${what} ${name} has no type`, { line });
      return [name, value];
    }),
  );
}

function readResources(template: Record<string, unknown>, { lineOf }: Located): ArmResource[] {
  const { resources = [] } = template;
  if (typeof resources !== 'object' || resources === null)
    throw new TemplateError('resources is not a list', { line: lineOf(template, 'resources') });
  const entries = Object.entries(resources);
  if (entries.length > limits.resources)
    throw new TemplateError(`it has ${entries.length} resources; Azure takes ${limits.resources}`);
  const isList = Array.isArray(resources);
  const takesExisting = /^2\.\d/.test(String(template.languageVersion));
  const found = entries.map(([key, value]) => {
    const line = lineOf(resources, isList ? Number(key) : key);
    return readResource(value, isList ? undefined : key, line);
  });
  const all = found.flatMap((resource) => [resource, ...childrenOf(resource, lineOf, 0)]);
  const wrong = all.find(({ body }) => body.existing !== undefined && !takesExisting);
  if (wrong)
    throw new TemplateError(
      `the resource ${wrong.label} has existing, which Azure takes with languageVersion 2.0 only`,
      { line: wrong.line },
    );
  return all;
}

function readResource(value: unknown, symbol: string | undefined, line: number | undefined): ArmResource {
  const body = asRecord(value);
  const { type, name, apiVersion } = body;
  const label = symbol ?? String(name ?? '');
  if (typeof type !== 'string')
    throw new TemplateError('a resource has no type, for example Microsoft.Storage/storageAccounts', {
      line,
    });
  if (typeof name !== 'string')
    throw new TemplateError(`the resource of the type ${type} has no name`, { line });
  if (typeof apiVersion !== 'string')
    throw new TemplateError(`the resource ${label} has no apiVersion`, { line });
  return { label, type, body, line };
}

/** Resources inside others have types and names that go on from them. */
function childrenOf(parent: ArmResource, lineOf: Located['lineOf'], depth: number): ArmResource[] {
  const { resources = [] } = parent.body;
  if (!Array.isArray(resources))
    throw new TemplateError(`the resources inside ${parent.label} are not a list`, { line: parent.line });
  if (resources.length > 0 && depth > maxChildDepth)
    throw new TemplateError(`resources are nested deeper than ${maxChildDepth + 1} in ${parent.label}`, {
      line: parent.line,
    });
  return resources.flatMap((value, index) => {
    const { type, ...child } = readResource(value, undefined, lineOf(resources, index));
    const whole = type.toLowerCase().startsWith('microsoft.') ? type : `${parent.type}/${type}`;
    const found = { ...child, type: whole, label: `${parent.label}/${child.label}` };
    return [found, ...childrenOf(found, lineOf, depth + 1)];
  });
}
