import { z } from 'zod';

/**
 * A problem in the code or its execution, as Terraform reports it.
 * Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui#diagnostic
 */
export const diagnosticSchema = z.object({
  severity: z.enum(['error', 'warning']),
  /** Stable and machine-readable, for example `unsupported_argument`; `other` where the summary is not known. */
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
  /** The source line or lines the problem is in, tabs as they are, so that `column` counts in them. */
  snippet: z.string().nullable(),
  /**
   * Address of what the problem belongs to, for example `module.a.aws_s3_bucket.b[0]`, `output.url`, `var.name`,
   * `module.net` or `provider.aws`.
   */
  address: z.string().nullable(),
  /** The block that encloses the problem, for example `output "url"`. */
  context: z.string().nullable().default(null),
  /** What the expression's parts were, for example `var.names is empty list`. */
  values: z.array(z.string()).default([]),
});
export type Diagnostic = z.infer<typeof diagnosticSchema>;
