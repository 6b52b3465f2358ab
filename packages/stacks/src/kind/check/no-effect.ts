import type { Kind } from '../kind.ts';

/** Returns why a field is ignored: `kind.yaml` names the field or a map around it. Undefined if it has an effect. */
export function noEffectOf({ noEffect }: Kind, path: string): string | undefined {
  const named = Object.keys(noEffect).find((name) => isWithin(path, name));
  return named === undefined ? undefined : noEffect[named];
}

/** Whether the path is the field or lies in the map of this name. */
export function isWithin(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[]`);
}
