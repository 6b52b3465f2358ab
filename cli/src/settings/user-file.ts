import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readSettingsFile } from './read-settings-file.ts';

/** Settings that a project's and a user's file may have. */
export const everywhere = {
  url: z.string().min(1).optional(),
  quiet: z.boolean().optional(),
  verbose: z.boolean().optional(),
  noInput: z.boolean().optional(),
};

const userFileSchema = z.strictObject({ ...everywhere, tokenFile: z.string().min(1).optional() });
export type UserFile = z.infer<typeof userFileSchema>;

/** `~/.config/deployer`, or as the XDG Base Directory Specification says. */
export function configFolder(): string {
  return join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'deployer');
}

export function userFilePath(): string {
  return join(configFolder(), 'config.yaml');
}

/** Reads the user's settings; empty if there are none. */
export function readUserFile(): UserFile {
  return readSettingsFile(userFilePath(), userFileSchema);
}
