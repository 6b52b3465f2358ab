/** Terraform's names of some variables are taken, and a parameter may start with a digit. */
const prefix = 'p_';

/** Returns the name of the variable that has a parameter's value. */
export function variableName(parameter: string): string {
  return prefix + parameter;
}

/** Returns the name of the parameter whose value a variable has; `undefined` for another variable. */
export function parameterName(variable: string): string | undefined {
  return variable.startsWith(prefix) ? variable.slice(prefix.length) : undefined;
}
