import { join, posix } from 'node:path';
import type { StepName } from '@deployment-engine/contracts';
import { isEngineFile, type TerraformDiagnostic } from '../../terraform/terraform-diagnostic.ts';
import { diagnosticEvents } from '../../terraform/ui-message.ts';
import { readValidation } from '../../terraform/validation.ts';
import { type FramedFiles, frameFolder, layOutParseFrame } from '../../workdir/parse-frame.ts';
import type { ActiveRun } from '../run.ts';
import { readOutput, runCommand } from '../run-command.ts';
import { done, type Step, type StepResult } from './step.ts';

const step: StepName = 'validate';

/**
 * Reports the syntax errors of all files at once. Terraform evaluates nothing, loads no module, and needs
 * neither provider nor network, so code that no policy has checked yet is safe here.
 */
export const parse: Step = {
  name: step,
  async execute(active) {
    const { run, request } = active;
    const files = await run.context.revisions.read(request.projectId, request.revisionDigest);
    if (!files)
      return { kind: 'failed', exitCode: null, message: "reading the code: the revision's files are gone" };
    const templates = request.kind === 'parse' ? request.templates : [];
    const { hasMore, values } = await layOutParseFrame(run.paths, request.rootModule, files, templates);
    const root = await ask(active, 'parse', request.rootModule, new Map());
    if ('kind' in root) return root;
    const more = hasMore ? await ask(active, 'parse-modules', frameFolder, values) : { errors: 0 };
    if ('kind' in more) return more;
    const errors = root.errors + more.errors;
    return errors === 0
      ? done
      : { kind: 'failed', exitCode: 1, message: run.firstError(step) ?? `${errors} errors` };
  },
};

/** Runs Terraform in one folder; returns the number of errors, or how the command ended if not normally. */
async function ask(
  active: ActiveRun,
  name: 'parse' | 'parse-modules',
  folder: string,
  values: FramedFiles,
): Promise<{ errors: number } | Exclude<StepResult, { kind: 'done' }>> {
  const { run } = active;
  const argv = [`-chdir=${join(run.paths.code, folder)}`, 'validate', '-json'];
  const result = await runCommand(active, { step, name, argv, output: 'data', reattach: undefined });
  if (result.kind !== 'exited') return result;
  const found = readValidation(readOutput(active, name));
  if (!found)
    return {
      kind: 'failed',
      exitCode: result.exitCode,
      message: 'reading the code: Terraform gave no answer',
    };
  const own = found.filter((diagnostic) => isOfTheCode(diagnostic, values));
  const root = { step, rootModule: folder, codeFolder: run.paths.code };
  const events = own.flatMap((diagnostic) => {
    const place = values.get(diagnostic.range?.filename ?? '');
    return place
      ? diagnosticEvents(moved(diagnostic, place), { ...root, rootModule: '.' })
      : diagnosticEvents(diagnostic, root);
  });
  run.emitOnce(`${name}:diagnostics`, ...events);
  return { errors: own.filter(({ severity }) => severity === 'error').length };
}

/** Excludes what the frame itself causes and what is missing only because nothing was installed. */
function isOfTheCode(diagnostic: TerraformDiagnostic, values: FramedFiles): boolean {
  const { filename } = diagnostic.range ?? {};
  if (filename === undefined || isEngineFile(filename)) return false;
  if (values.has(filename) && diagnostic.summary === 'Unsupported argument') return false;
  return diagnostic.summary !== 'Module not installed';
}

function moved(
  diagnostic: TerraformDiagnostic,
  { path, linesBefore }: { path: string; linesBefore: number },
): TerraformDiagnostic {
  const { range, snippet } = diagnostic;
  if (!range) return diagnostic;
  const line = (at: { line: number; column: number }) => ({
    ...at,
    line: Math.max(1, at.line - linesBefore),
  });
  return {
    ...diagnostic,
    range: { filename: posix.normalize(path), start: line(range.start), end: line(range.end) },
    snippet: snippet && { ...snippet, context: null },
  };
}
