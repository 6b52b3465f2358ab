export type ParameterProblem = { parameter: string; problem: string };

/** Problems that are listed of one request. */
export const maxProblems = 100;
/** Parameters of the template that a message names. */
const maxNamed = 20;

/** Returns a problem for each given name that the template does not have. */
export function unknownParameters(
  given: readonly string[],
  isKnown: (name: string) => boolean,
  names: readonly string[],
): ParameterProblem[] {
  const all = names.slice(0, maxNamed).map((name) => name.slice(0, 255));
  const more = names.length > maxNamed ? ` and ${names.length - maxNamed} more` : '';
  const problem = `the template has no such parameter; it has ${all.join(', ') || 'none'}${more}`;
  const unknown = given.filter((name) => !isKnown(name));
  return unknown.slice(0, maxProblems).map((parameter) => ({ parameter, problem }));
}
