import { z } from 'zod';

/** Levels, most verbose first. Source: https://developer.hashicorp.com/terraform/internals/debugging */
export const terraformLogLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export const terraformLogLevelSchema = z.enum(terraformLogLevels);
export type TerraformLogLevel = z.infer<typeof terraformLogLevelSchema>;

/** Limit per runner that worked on the job; only the end of a longer log is kept. */
export const maxTerraformLogBytes: number = 5 * 1024 * 1024;
