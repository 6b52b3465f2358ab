import { z } from 'zod';
import { type TerraformDiagnostic, terraformDiagnosticSchema } from './terraform-diagnostic.ts';

/** Source: https://developer.hashicorp.com/terraform/cli/commands/validate#json-output-format */
const resultSchema = z.looseObject({ diagnostics: z.array(terraformDiagnosticSchema).default([]) });

/** Reads the output of `validate -json`; `undefined` if Terraform died before it could answer. */
export function readValidation(output: string): TerraformDiagnostic[] | undefined {
  try {
    return resultSchema.parse(JSON.parse(output)).diagnostics;
  } catch {
    return undefined;
  }
}
