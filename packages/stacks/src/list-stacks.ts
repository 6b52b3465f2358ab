import { compareTexts, Report } from './errors.ts';
import { environmentNames } from './loading/stack.ts';
import { Repository } from './repository.ts';

/** Returns the stacks of a repository with their environments; a stack without any accepts every name. */
export function listStacks(files: ReadonlyMap<string, string>): { stack: string; environments: string[] }[] {
  const folders = new Repository(files, new Report()).folder('stacks')?.folders ?? new Map();
  return [...folders]
    .map(([stack, folder]) => ({ stack, environments: environmentNames(folder) }))
    .sort((left, right) => compareTexts(left.stack, right.stack));
}
