import { join } from 'node:path';
import type { Command } from 'commander';
import { globalFlag } from '../global-options.ts';
import type { OutputMode } from '../terminal/output-mode.ts';
import { settingsFile } from './project-file.ts';
import { prepareSettings } from './read-settings-file.ts';
import { findSetting, folderOf } from './settings.ts';
import { userFilePath } from './user-file.ts';

/** Returns how a command prints, as its settings say. After it, all settings can be read. */
export async function outputSettings(command: Command): Promise<OutputMode> {
  await prepareSettings([
    userFilePath(),
    ...[folderOf(command), '.'].map((folder) => join(folder, settingsFile)),
  ]);
  return {
    json: globalFlag(command, 'json') === true,
    quiet: findSetting(command, 'quiet')?.value ?? false,
    verbose: findSetting(command, 'verbose')?.value ?? false,
    input: !(findSetting(command, 'noInput')?.value ?? false),
  };
}
