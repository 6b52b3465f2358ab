import type { DeploymentRecord, JobError } from '@deployment-engine/contracts';
import { readArmTemplate, TemplateError } from '@deployment-engine/templates';
import { asArray, asRecord, asString } from '@deployment-engine/terraform-code';

type Failure = NonNullable<DeploymentRecord['error_details']>;
type AzureError = { code: string; message: string; target: string };

/** Where the provider shows Azure's answer as it is. */
const answer = /-+\[start\]-+\s*(\{[\s\S]*?\})\s*-+\[end\]-+/;
const statement = /Status: "([^"]*)"[\s\S]*?Message: "((?:[^"\\]|\\.)*)"/;
const maxDepth = 10;

/**
 * Returns what Azure says about a deployment that failed: its code, the first cause, and the resources of the template that it
 * names, with their lines. `undefined` if the failure is another one.
 */
export function armFailure({ diagnostics }: JobError, template: string): Failure | undefined {
  const text = diagnostics.map(({ summary, detail }) => `${summary}\n${detail}`).join('\n');
  const errors = errorsIn(text);
  const [outer] = errors;
  if (!outer) return undefined;
  const causes = errors.slice(1).filter(({ message }) => message !== '');
  const [cause = outer] = causes;
  const known = resourcesOf(template);
  const found = new Map(
    (causes.length > 0 ? causes : [outer]).flatMap(({ target }) => {
      const resource = resourceOf(target, known);
      return resource ? [[target, resource] as const] : [];
    }),
  );
  return { stack_status: outer.code, reason: cause.message, resources: [...found.values()] };
}

/** Azure's errors, the outer one first, then those without further details. */
function errorsIn(text: string): AzureError[] {
  const [, json] = answer.exec(text) ?? [];
  const outer = json === undefined ? undefined : asRecord(parsed(json)).error;
  if (outer !== undefined) {
    const inner = leaves(outer, 0);
    const isAlone = inner.length === 1 && asArray(asRecord(outer).details).length === 0;
    return [errorOf(outer), ...(isAlone ? [] : inner)];
  }
  const [, code, message] = statement.exec(text) ?? [];
  return code === undefined || message === undefined
    ? []
    : [{ code, message: message.replaceAll('\\"', '"'), target: '' }];
}

/** The message of a detail can have another error as JSON. */
function leaves(error: unknown, depth: number): AzureError[] {
  if (depth > maxDepth) return [];
  const inside = asRecord(parsed(asString(asRecord(error).message))).error;
  const details = [...asArray(asRecord(error).details), ...(inside === undefined ? [] : [inside])];
  if (details.length === 0) return [errorOf(error)];
  const { target } = errorOf(error);
  return details.flatMap((detail) =>
    leaves(detail, depth + 1).map((leaf) => ({ ...leaf, target: leaf.target || target })),
  );
}

function errorOf(error: unknown): AzureError {
  const { code, message, target } = asRecord(error);
  return { code: asString(code), message: asString(message), target: asString(target) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Known = ReturnType<typeof readArmTemplate>['resources'];

/** `…/providers/Microsoft.Sql/servers/a/databases/b` is `a/b` of the type `Microsoft.Sql/servers/databases`. */
function resourceOf(target: string, known: Known): Failure['resources'][number] | undefined {
  const [, path] = /\/providers\/(?!.*\/providers\/)([^?]+)$/i.exec(target) ?? [];
  const [provider, ...parts] = path?.split('/') ?? [];
  const type = [provider, ...parts.filter((_part, index) => index % 2 === 0)].join('/');
  const name = parts.filter((_part, index) => index % 2 === 1).join('/');
  if (name === '') return undefined;
  const same = known.filter((one) => one.type.toLowerCase() === type.toLowerCase());
  const exact = same.find(({ label, body }) => label === name || body.name === name);
  const one = exact ?? (same.length === 1 ? same[0] : undefined);
  return { logical_id: name, type, line: one?.line ?? null };
}

function resourcesOf(template: string): Known {
  try {
    return readArmTemplate(template).resources;
  } catch (error) {
    if (error instanceof TemplateError) return [];
    throw error;
  }
}
