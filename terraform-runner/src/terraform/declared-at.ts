import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularSync } from '../files/regular-file.ts';
import { isEngineFile, type TerraformDiagnostic } from './terraform-diagnostic.ts';

/**
 * Moves a problem with a variable's value to the variable's declaration. Terraform reports the place of the
 * value, which is in a file of the engine.
 */
export function ofDeclaration(
  diagnostic: TerraformDiagnostic,
  rootFolder: string | undefined,
): TerraformDiagnostic {
  const { range, snippet, detail } = diagnostic;
  if (!range || !isEngineFile(range.filename) || rootFolder === undefined) return diagnostic;
  const name =
    /\bvar\.([\w-]+) declared at /.exec(detail)?.[1] ??
    snippet?.values?.map(({ traversal }) => /^var\.([\w-]+)$/.exec(traversal)?.[1]).find(Boolean);
  const found = name && findDeclaration(rootFolder, name);
  if (!found) return diagnostic;
  const { filename, line, code } = found;
  const column = code.length - code.trimStart().length + 1;
  return {
    ...diagnostic,
    range: {
      filename,
      start: { line, column },
      end: { line, column: code.replace(/\s*\{.*$/, '').length + 1 },
    },
    snippet: { ...snippet, code, context: `variable "${name}"` },
  };
}

/** Larger files are not searched for declarations. */
const maxBytes = 1024 * 1024;

function findDeclaration(folder: string, name: string) {
  for (const filename of readdirSync(folder).sort()) {
    if (!filename.endsWith('.tf') || statSync(join(folder, filename)).size > maxBytes) continue;
    const lines = (readRegularSync(join(folder, filename)) ?? '').toString().split(/\r?\n/);
    const index = lines.findIndex((line) => /^\s*variable\s+"?([\w-]+)"?/.exec(line)?.[1] === name);
    if (index >= 0) return { filename, line: index + 1, code: lines[index] ?? '' };
  }
  return undefined;
}
