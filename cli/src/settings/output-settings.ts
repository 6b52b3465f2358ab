import type { Command } from 'commander';
import { globalFlag } from '../global-options.ts';
import type { OutputMode } from '../terminal/output-mode.ts';
import { findSetting } from './settings.ts';

/** Returns how a command prints, as its settings say. */
export function outputSettings(command: Command): OutputMode {
  return {
    json: globalFlag(command, 'json') === true,
    quiet: findSetting(command, 'quiet')?.value ?? false,
    verbose: findSetting(command, 'verbose')?.value ?? false,
    input: !(findSetting(command, 'noInput')?.value ?? false),
  };
}
