import { inOrder, type StackError, type StackWarning } from './errors.ts';
import { listStacks } from './list-stacks.ts';
import type { Resolution } from './resolution.ts';
import { type ResolveRequest, resolveStack } from './resolve-stack.ts';

/** Stands for any environment of a stack that names none. */
const anyEnvironment = 'default';

/** Returns the errors and warnings of a stack in all of its environments, each once; `note` sees each that is valid. */
export function validateStack(
  request: Omit<ResolveRequest, 'environment'>,
  note: (resolution: Resolution) => void = () => {},
): { errors: StackError[]; warnings: StackWarning[] } {
  const known = listStacks(request.files).find(({ stack }) => stack === request.stack)?.environments ?? [];
  const results = (known.length > 0 ? known : [anyEnvironment]).map((environment) =>
    resolveStack({ ...request, environment }),
  );
  for (const result of results) if (!result.errors) note(result);
  return {
    errors: unique(results.flatMap(({ errors = [] }) => errors)),
    warnings: unique(results.flatMap(({ warnings }) => warnings)),
  };
}

function unique<T extends StackError | StackWarning>(problems: T[]): T[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()].sort(inOrder);
}
