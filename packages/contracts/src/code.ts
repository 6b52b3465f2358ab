import { z } from 'zod';
import { byteLength, filesSchema, maxCodeBytes, singleFileName } from './files.ts';

export const iacCodeSchema = z
  .string({ error: 'iacCode is not a string' })
  .refine((code) => code.trim().length > 0, 'iacCode is empty')
  .refine(
    (code) => byteLength(code) <= maxCodeBytes,
    `iacCode has more than ${maxCodeBytes} bytes; split large data out of the code`,
  )
  .meta({ description: `Terraform code; stored as ${singleFileName}. Give either this or files.` });

/** An identifier of HCL. Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#identifiers */
export const variableNamePattern = /^[\p{ID_Start}_][\p{ID_Continue}-]{0,127}$/u;
export const variablesSchema = z
  .record(
    z.string().regex(variableNamePattern, 'not a Terraform variable name'),
    z.union([
      z.string(),
      z.number(),
      z.boolean(),
      z.null(),
      z.array(z.unknown()),
      z.record(z.string(), z.unknown()),
    ]),
  )
  .meta({ description: 'Values of input variables by name.' });

/** Fields of a request that brings its code with it. */
export const code = {
  iacCode: iacCodeSchema.optional(),
  files: filesSchema.optional(),
  variables: variablesSchema.optional(),
};

/** Requires exactly one of `iacCode` and `files`. */
export function requireOneSource(
  body: { iacCode?: unknown; files?: unknown },
  context: { addIssue(issue: { code: 'custom'; path: string[]; message: string }): void },
): void {
  if (body.iacCode === undefined && body.files === undefined)
    context.addIssue({
      code: 'custom',
      path: ['iacCode'],
      message: 'iacCode is missing; give the code as iacCode or as files',
    });
  if (body.iacCode !== undefined && body.files !== undefined)
    context.addIssue({
      code: 'custom',
      path: ['files'],
      message: 'both iacCode and files are given; give one of them',
    });
}
