import { posix } from 'node:path';
import { attribute, literalString } from '../hcl/syntax-tree.ts';
import type { ProjectCode, Report } from '../project-code.ts';

/** Modules must come with the project: a remote one is code that nobody uploaded, fetched by the engine. */
export function checkModules(code: ProjectCode, report: Report): void {
  for (const module of code.modules.values())
    for (const file of module.files)
      for (const block of file.body.blocks.filter(({ type }) => type === 'module')) {
        const expression = attribute(block.body, 'source')?.value;
        const source = literalString(expression);
        const problem = sourceProblem(source, module.directory, code);
        if (problem)
          report(
            'PRE-MODULE-SOURCE',
            {
              file: file.path,
              line: expression?.line ?? block.line,
              address: `module.${block.labels[0] ?? ''}`,
              subject: source ?? '(computed)',
            },
            `the source of the module ${problem}`,
          );
      }
}

function sourceProblem(source: string | undefined, directory: string, code: ProjectCode): string | undefined {
  if (source === undefined) return 'is missing or not a plain string';
  if (!source.startsWith('./') && !source.startsWith('../')) return 'is not a folder of the project';
  if (/\/\/|[?\\\0:]/.test(source)) return 'is more than a plain folder';
  const target = posix.join(directory, source).replace(/\/$/, '') || '.';
  if (target === '..' || target.startsWith('../')) return 'leaves the project';
  if (!code.modules.has(target)) return 'names a folder without code in the upload';
  return undefined;
}
