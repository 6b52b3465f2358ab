import { posix } from 'node:path';
import type { Diagnostic } from '@deployment-engine/contracts';
import { inApiLanguage } from './api-language.ts';
import { blockOf } from './block-context.ts';
import { ofDeclaration } from './declared-at.ts';
import { diagnosticCode } from './diagnostic-code.ts';
import { plainLines, plainText, sourceText } from './plain-text.ts';
import { isEngineFile, type TerraformDiagnostic } from './terraform-diagnostic.ts';

/** Terraform's working folder, relative to the project's root, and the folder of the project's files. */
export type CodePlace = { rootModule: string; codeFolder?: string };

/** Converts a diagnostic; its paths then begin at the project's root, not at the root module. */
export function toDiagnostic(given: TerraformDiagnostic, { rootModule, codeFolder }: CodePlace): Diagnostic {
  const source = ofDeclaration(given, codeFolder && posix.join(codeFolder, rootModule));
  const file = source.range && projectPath(rootModule, source.range.filename);
  const range = file ? source.range : undefined;
  const block = range && file ? blockOf(source, codeFolder && posix.join(codeFolder, file)) : undefined;
  const { summary, detail } = inApiLanguage(plainText(source.summary), plainText(source.detail));
  return {
    severity: source.severity,
    code: diagnosticCode(source.summary),
    summary,
    detail,
    file: file ?? null,
    line: range?.start.line ?? null,
    column: range?.start.column ?? null,
    endLine: range?.end.line ?? null,
    endColumn: range?.end.column ?? null,
    snippet: range && source.snippet ? sourceText(source.snippet.code) : null,
    address: source.address ?? (isInRootModule(source) ? (block?.address ?? null) : null),
    context: block?.context ?? null,
    values: (source.snippet?.values ?? []).map(({ traversal, statement }) =>
      plainText(`${traversal} ${statement}`),
    ),
  };
}

/** Validation gives no address, but in a root module file the enclosing block has one. */
function isInRootModule({ range }: TerraformDiagnostic): boolean {
  return range !== undefined && !range.filename.includes('/');
}

/** Formats the diagnostic as log lines. */
export function diagnosticLines(diagnostic: Diagnostic): string[] {
  const title = diagnostic.severity === 'error' ? 'Error' : 'Warning';
  const place = diagnostic.file ? [`  on ${diagnostic.file} line ${diagnostic.line}`] : [];
  const address = diagnostic.address ? [`  with ${diagnostic.address}`] : [];
  return [
    ...plainLines(`${title}: ${diagnostic.summary}`),
    ...address,
    ...place,
    ...diagnostic.values.flatMap((value) => plainLines(value).map((line) => `    ${line}`)),
    ...plainLines(diagnostic.detail).map((line) => `  ${line}`),
  ];
}

/**
 * Whether a diagnostic says nothing about the code: Terraform's introduction to a list of problems, or its
 * warning that the mirror has packages for this machine only, or that the read-only lock file lacks their
 * checksums.
 */
export function isNoise(diagnostic: TerraformDiagnostic): boolean {
  return /^(Terraform encountered problems during initiali[sz]ation|Incomplete lock file information|Provider lock file not updated)/.test(
    diagnostic.summary,
  );
}

/** Returns `undefined` for the engine's own files and for paths outside the project. */
function projectPath(rootModule: string, filename: string): string | undefined {
  const path = posix.normalize(posix.join(rootModule, filename));
  const outside = path.startsWith('../') || path.startsWith('/');
  return outside || isEngineFile(path) ? undefined : path;
}
