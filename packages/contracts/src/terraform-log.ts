import { z } from 'zod';

/** Terraform's own levels, from the most to the least. Source: https://developer.hashicorp.com/terraform/internals/debugging */
export const terraformLogLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export const terraformLogLevelSchema = z.enum(terraformLogLevels);
export type TerraformLogLevel = z.infer<typeof terraformLogLevelSchema>;

/** Of a longer log only the last part is kept, per runner that worked on the job. */
export const maxTerraformLogBytes: number = 5 * 1024 * 1024;
