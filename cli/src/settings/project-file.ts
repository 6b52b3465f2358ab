import { join } from 'node:path';
import { projectIdSchema } from '@deployment-engine/contracts';
import { z } from 'zod';
import { readSettingsFile } from './read-settings-file.ts';
import { everywhere } from './user-file.ts';

/** Settings of a project's folder; not deployed with its code. */
export const settingsFile = 'deployer.yaml';

/** Has no token and no file of one: whoever can change the project's code could have it sent to them. */
const projectFileSchema = z.strictObject({
  ...everywhere,
  project: projectIdSchema.optional(),
  stack: z.string().min(1).optional(),
});
export type ProjectFile = z.infer<typeof projectFileSchema>;

/** Reads `deployer.yaml` of a folder; empty if there is none. */
export function readProjectFile(folder: string): ProjectFile {
  return readSettingsFile(join(folder, settingsFile), projectFileSchema);
}
