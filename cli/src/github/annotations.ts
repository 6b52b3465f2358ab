import { relative, resolve, sep } from 'node:path';
import type { Diagnostic, PlanView, StackProblem } from '@deployment-engine/contracts';
import { engineText } from '../messages/engine-text.ts';
import { outputMode } from '../terminal/output-mode.ts';
import { printable } from '../text/printable.ts';
import { isGitHubActions, writeCommand } from './workflow-commands.ts';

type Annotation = {
  level: 'error' | 'warning' | 'notice';
  title?: string | undefined;
  /** Relative to the workspace. */
  file?: string | undefined;
  line?: number | null | undefined;
  column?: number | null | undefined;
  message: string;
};

/** Shows a diagnostic beside the code, if GitHub Actions reads it. Without a folder its file is only named. */
export function annotateDiagnostic(diagnostic: Diagnostic, folder: string | undefined): void {
  const { severity, summary, detail, file, line, column } = diagnostic;
  const place = file !== null && folder === undefined ? `${[file, line].filter(Boolean).join(':')}: ` : '';
  annotate({
    level: severity,
    title: `${place}${summary}`,
    ...(file !== null && folder !== undefined ? { file: inWorkspace(folder, file), line, column } : {}),
    message: engineText(detail) || summary,
  });
}

/** Shows a problem of a deployment repository beside its line. */
export function annotateProblem(level: 'error' | 'warning', problem: StackProblem, folder: string): void {
  const { file, line, column, message, code } = problem;
  annotate({ level, title: code, file: inWorkspace(folder, file), line, column, message });
}

/** Shows the policy's findings in a plan. */
export function annotateFindings({ policy }: PlanView): void {
  for (const { id, mode, address, message, remediation } of policy?.findings ?? [])
    annotate({
      level: mode === 'block' ? 'error' : 'warning',
      title: id,
      message: engineText(`${address === null ? '' : `${address}: `}${message}\n${remediation}`),
    });
}

export function annotate(annotation: Annotation): void {
  if (isGitHubActions() && !outputMode().json) writeCommand(annotationText(annotation));
}

/** Source: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts */
export function annotationText({ level, title, file, line, column, message }: Annotation): string {
  const properties = { title, file, line, col: column };
  const given = Object.entries(properties).filter(([, value]) => value !== undefined && value !== null);
  const list = given.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(',');
  const text = `::${level}${list === '' ? '' : ` ${list}`}::${escapeData(message)}`;
  return text.replace(/##(?=\[)/g, '# #'); // the older form of a command, which nothing escapes
}

function escapeData(text: string): string {
  const [first = '', ...others] = text.split(/\r\n|\r|\n/).map(printable);
  return [first, ...others].map((line) => line.replaceAll('%', '%25')).join('%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function inWorkspace(folder: string, file: string): string {
  return relative(process.env.GITHUB_WORKSPACE || '.', resolve(folder, file))
    .split(sep)
    .join('/');
}
