import { z } from 'zod';

/**
 * A problem in the code or its execution, as Terraform reports it.
 * Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui#diagnostic
 */
export const diagnosticSchema = z.object({
  severity: z.enum(['error', 'warning']),
  /** Stable and machine-readable, for example `unsupported_argument`; `other` for an unknown summary. */
  code: z.string(),
  summary: z.string(),
  detail: z.string(),
  /** Path relative to the project's root. */
  file: z.string().nullable(),
  /** 1-based. */
  line: z.number().int().nullable(),
  /** 1-based, in Unicode characters. */
  column: z.number().int().nullable(),
  endLine: z.number().int().nullable(),
  endColumn: z.number().int().nullable(),
  /** The source lines of the problem; tabs are kept, so that `column` matches. */
  snippet: z.string().nullable(),
  /**
   * Address of the object with the problem, for example `module.a.aws_s3_bucket.b[0]`, `output.url`,
   * `var.name`, `module.net` or `provider.aws`.
   */
  address: z.string().nullable(),
  /** The enclosing block, for example `output "url"`. */
  context: z.string().nullable().default(null),
  /** Values of the expression's parts, for example `var.names is empty list`. */
  values: z.array(z.string()).default([]),
});
export type Diagnostic = z.infer<typeof diagnosticSchema>;
