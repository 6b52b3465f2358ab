import { isRecord } from '@deployment-engine/terraform-code';

/** Returns the macros that rewrite a template, those in the properties of resources left out: they rewrite only these. */
export function transformsOf(template: Record<string, unknown>): string[] {
  const { Transform: whole, Resources: resources, ...sections } = template;
  const all = Array.isArray(whole) ? whole : whole === undefined ? [] : [whole];
  const besideProperties = Object.entries(isRecord(resources) ? resources : {}).map(([name, resource]) => {
    const { Properties: _properties, ...rest } = isRecord(resource) ? resource : {};
    return { [name]: rest };
  });
  return [...new Set([...all.map(nameOf), ...macrosIn([sections, besideProperties])])];
}

/** Returns the macros that are named anywhere in a value; JSON has a form of its own, `{"Transform": {"Name": …}}`. */
export function macrosIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(macrosIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const isMacro = key === 'Fn::Transform' || (key === 'Transform' && isRecord(item) && 'Name' in item);
    return isMacro ? [nameOf(item), ...macrosIn(item)] : macrosIn(item);
  });
}

function nameOf(macro: unknown): string {
  const name = isRecord(macro) ? macro.Name : macro;
  return typeof name === 'string' ? name.slice(0, 100) : 'Fn::Transform';
}
