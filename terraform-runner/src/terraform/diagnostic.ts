import { posix } from 'node:path';
import type { Diagnostic } from '@deployment-engine/contracts';
import { z } from 'zod';
import { diagnosticCode } from './diagnostic-code.ts';
import { plainLines, plainText } from './plain-text.ts';

const position = z.looseObject({ line: z.number().int(), column: z.number().int() });

/** Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui#diagnostic */
export const terraformDiagnosticSchema = z.looseObject({
  severity: z.enum(['error', 'warning']).catch('error'),
  summary: z.string().default(''),
  detail: z.string().default(''),
  address: z.string().optional(),
  range: z.looseObject({ filename: z.string(), start: position, end: position }).optional(),
  snippet: z.looseObject({ code: z.string(), context: z.string().nullish() }).nullish(),
});
export type TerraformDiagnostic = z.infer<typeof terraformDiagnosticSchema>;

/** As the engine reports it: paths begin at the project's root, not at the root module. */
export function toDiagnostic(source: TerraformDiagnostic, rootModule: string): Diagnostic {
  const file = source.range && projectPath(rootModule, source.range.filename);
  const range = file ? source.range : undefined;
  return {
    severity: source.severity,
    code: diagnosticCode(source.summary),
    summary: plainText(source.summary),
    detail: plainText(source.detail),
    file: file ?? null,
    line: range?.start.line ?? null,
    column: range?.start.column ?? null,
    endLine: range?.end.line ?? null,
    endColumn: range?.end.column ?? null,
    snippet: range && source.snippet ? plainText(source.snippet.code) : null,
    address: source.address ?? addressFromContext(source),
  };
}

/**
 * Validation names no address, but the block that encloses the problem; in a file of the root module that is the
 * resource's address.
 */
function addressFromContext(source: TerraformDiagnostic): string | null {
  const block = /^(resource|data) "([^"]+)" "([^"]+)"$/.exec(source.snippet?.context ?? '');
  if (!block || source.range?.filename.includes('/')) return null;
  return `${block[1] === 'data' ? 'data.' : ''}${block[2]}.${block[3]}`;
}

/** The diagnostic as lines of a log. */
export function diagnosticLines(diagnostic: Diagnostic): string[] {
  const title = diagnostic.severity === 'error' ? 'Error' : 'Warning';
  const place = diagnostic.file ? [`  on ${diagnostic.file} line ${diagnostic.line}`] : [];
  const address = diagnostic.address ? [`  with ${diagnostic.address}`] : [];
  return [
    ...plainLines(`${title}: ${diagnostic.summary}`),
    ...address,
    ...place,
    ...plainLines(diagnostic.detail).map((line) => `  ${line}`),
  ];
}

/**
 * What is no problem of the code: Terraform's introduction to the problems it then lists one by one, and its warning
 * that a mirror has packages for this machine only.
 */
export function isNoise(diagnostic: TerraformDiagnostic): boolean {
  return /^(Terraform encountered problems during initiali[sz]ation|Incomplete lock file information)/.test(
    diagnostic.summary,
  );
}

/** `undefined` for the engine's own files and for what lies outside the project. */
function projectPath(rootModule: string, filename: string): string | undefined {
  const path = posix.normalize(posix.join(rootModule, filename));
  const outside = path.startsWith('../') || path.startsWith('/');
  return outside || posix.basename(path).startsWith('~') ? undefined : path;
}
