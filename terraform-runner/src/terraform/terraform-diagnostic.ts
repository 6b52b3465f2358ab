import { posix } from 'node:path';
import { z } from 'zod';

const position = z.looseObject({
  line: z.number().int(),
  column: z.number().int(),
  byte: z.number().int().optional(),
});

/** Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui#diagnostic */
export const terraformDiagnosticSchema = z.looseObject({
  severity: z.enum(['error', 'warning']).catch('error'),
  summary: z.string().default(''),
  detail: z.string().default(''),
  address: z.string().optional(),
  range: z.looseObject({ filename: z.string(), start: position, end: position }).optional(),
  snippet: z
    .looseObject({
      code: z.string(),
      context: z.string().nullish(),
      values: z.array(z.looseObject({ traversal: z.string(), statement: z.string() })).nullish(),
    })
    .nullish(),
});
export type TerraformDiagnostic = z.infer<typeof terraformDiagnosticSchema>;

/** Whether the engine added the file to the project's. */
export function isEngineFile(filename: string): boolean {
  return posix.basename(filename).startsWith('~');
}
