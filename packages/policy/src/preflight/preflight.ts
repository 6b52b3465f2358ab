import type { PolicyReport } from '@deployment-engine/contracts';
import { CodeSyntaxError, parseHcl, parseJson, parseJsonBody } from '@deployment-engine/terraform-code';
import { ReportBuilder } from '../plan/report-builder.ts';
import type { PolicySettings } from '../plan/settings.ts';
import { checkBlocks } from './checks/blocks.ts';
import { checkSizeOfValues } from './checks/cost-of-values.ts';
import { checkFunctions } from './checks/functions.ts';
import { checkModules } from './checks/modules.ts';
import { checkObjectCount } from './checks/object-count.ts';
import { checkPathArguments } from './checks/path-arguments.ts';
import { checkProviders } from './checks/providers.ts';
import { checkRegions } from './checks/regions.ts';
import { checkResources } from './checks/resources.ts';
import { type CodeFile, directoryOf, groupModules, type ProjectCode, type Report } from './project-code.ts';
import { preflightRules } from './rules.ts';
import { classify, oddCharacterLine, type SourceKind, textOf } from './source-files.ts';
import { withColumns } from './source-lines.ts';

/** Files by their path relative to the project's root. */
export type UploadedFiles = ReadonlyMap<string, Uint8Array | string>;

const checks = [
  checkBlocks,
  checkProviders,
  checkRegions,
  checkResources,
  checkModules,
  checkFunctions,
  checkPathArguments,
  checkSizeOfValues,
  checkObjectCount,
];

/**
 * Checks code before Terraform reads it and denies whatever is not known to be harmless. Never throws; its
 * running time is proportional to the size of the code.
 */
export function preflight(files: UploadedFiles, settings: PolicySettings): PolicyReport {
  const builder = new ReportBuilder(settings);
  const report: Report = (id, place, message) => {
    const { mode, ...rule } = preflightRules[id];
    builder.add({ id, defaultMode: mode, ...rule, ...place, message });
  };
  const code = readCode(files, report);
  for (const check of checks)
    guard(report, '.', () => {
      check(code, report, settings);
    });
  return withColumns(builder.build(), readTextIn(files));
}

function readCode(files: UploadedFiles, report: Report): ProjectCode {
  const readable: CodeFile[] = [];
  for (const [path, content] of files) {
    const kind = classify(path);
    if (typeof kind === 'object') report(kind.problem, { file: path, line: 1 }, kind.message);
    else if (kind !== 'data')
      guard(report, path, () => {
        readable.push(...readFile(path, kind, content, report));
      });
  }
  const hasValueFiles = [...files.keys()].some((path) => /\.tfvars(\.json)?$/.test(path));
  return { modules: groupModules(readable), hasValueFiles, readText: readTextIn(files) };
}

function readTextIn(files: UploadedFiles): ProjectCode['readText'] {
  return (path) => {
    const content = files.get(path);
    return content === undefined ? undefined : textOf(content);
  };
}

function readFile(path: string, kind: SourceKind, content: Uint8Array | string, report: Report): CodeFile[] {
  const text = textOf(content)?.replace(/^\uFEFF/, '');
  if (text === undefined) throw new CodeSyntaxError(1, 'the file is not UTF-8 text');
  const odd = oddCharacterLine(text);
  if (odd !== undefined) throw new CodeSyntaxError(odd, 'a control character or a stray carriage return');
  if (kind === 'variables') {
    for (const { line, column } of parseHcl(text).blocks)
      report(
        'PRE-BLOCK',
        { file: path, line, column, invalid: 'syntax' },
        'a file of variable values holds a block',
      );
    return [];
  }
  if (kind === 'variables-json') {
    parseJson(text);
    return [];
  }
  if (kind === 'hcl') return [{ path, directory: directoryOf(path), body: parseHcl(text) }];
  const { body, duplicates } = parseJsonBody(text);
  for (const { key, line, column } of duplicates)
    report(
      'PRE-DUPLICATE-KEY',
      { file: path, line, column, subject: key },
      'two properties have the same name',
    );
  return [{ path, directory: directoryOf(path), body }];
}

/** Turns any error while reading into a finding: an unread file must not pass. */
function guard(report: Report, file: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (error instanceof CodeSyntaxError) {
      const { line, column, isLimit, message } = error;
      report('PRE-SYNTAX', { file, line, column, ...(isLimit ? {} : { invalid: 'syntax' }) }, message);
    } else report('PRE-SYNTAX', { file, line: 1 }, 'the code cannot be analysed');
  }
}
