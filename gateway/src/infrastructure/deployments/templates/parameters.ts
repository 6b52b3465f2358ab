import type { TemplateParameter, TemplateType } from '@deployment-engine/contracts';
import { readTemplate, TemplateError } from '@deployment-engine/templates';
import {
  asRecord,
  attribute,
  type Expression,
  literalString,
  parseHcl,
} from '@deployment-engine/terraform-code';

/** Lists the parameters of a template; none of one that can't be read. */
export function parametersOf(type: TemplateType, code: string): TemplateParameter[] {
  if (type === 'cloudformation') return ofCloudFormation(code);
  return type === 'terraform' ? ofTerraform(code) : ofResourceManager(code);
}

function ofCloudFormation(code: string): TemplateParameter[] {
  try {
    return [...readTemplate(code).parameters].map(([name, given]) => {
      const secret = String(given.NoEcho).toLowerCase() === 'true';
      return {
        name,
        type: String(given.Type ?? 'String'),
        default: secret ? null : (given.Default ?? null),
        required: given.Default === undefined,
        secret,
        description: typeof given.Description === 'string' ? given.Description : null,
      };
    });
  } catch (error) {
    if (error instanceof TemplateError) return [];
    throw error;
  }
}

function ofTerraform(code: string): TemplateParameter[] {
  try {
    return parseHcl(code).blocks.flatMap(({ type, labels: [name], body }) => {
      if (type !== 'variable' || name === undefined) return [];
      const value = attribute(body, 'default')?.value;
      const secret = attribute(body, 'sensitive') !== undefined;
      return [
        {
          name,
          type: typeText(attribute(body, 'type')?.value),
          default: secret ? null : literalOf(value),
          required: value === undefined,
          secret,
          description: stringOf(attribute(body, 'description')?.value),
        },
      ];
    });
  } catch {
    return []; // the deploy says what is wrong, with its place
  }
}

/** Returns a type as it is written: `list(string)`. */
function typeText(type: Expression | undefined): string {
  if (type === undefined) return 'any';
  if (type.kind === 'reference') return type.path.join('.');
  if (type.kind === 'call')
    return `${type.name.replace('core::', '')}(${type.arguments.map(typeText).join(', ')})`;
  return type.kind === 'object' ? '{…}' : 'any';
}

/** Returns a default that is a plain value; `null` for any other. */
function literalOf(value: Expression | undefined): string | number | boolean | null {
  return value?.kind === 'literal' ? value.value : stringOf(value);
}

function stringOf(value: Expression | undefined): string | null {
  return (value && literalString(value)) ?? null;
}

function ofResourceManager(code: string): TemplateParameter[] {
  let template: unknown;
  try {
    template = JSON.parse(code);
  } catch {
    return [];
  }
  return Object.entries(asRecord(asRecord(template).parameters)).map(([name, given]) => {
    const { type, defaultValue, metadata } = asRecord(given);
    const secret = /^secure/i.test(String(type));
    const description = asRecord(metadata).description;
    return {
      name,
      type: String(type),
      default: secret ? null : (defaultValue ?? null),
      required: defaultValue === undefined,
      secret,
      description: typeof description === 'string' ? description : null,
    };
  });
}
