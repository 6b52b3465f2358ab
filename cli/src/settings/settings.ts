import type { Command } from 'commander';
import { UsageError } from '../exit-code.ts';
import { globalFlag } from '../global-options.ts';
import { readProjectFile } from './project-file.ts';
import { readUserFile, type UserFile } from './user-file.ts';

/** The settings that every command has. */
export type Settings = { [Name in keyof UserFile]-?: NonNullable<UserFile[Name]> };
/** Where a value comes from; the first of these that has one counts. */
export type Source = 'flag' | 'environment' | 'project' | 'user';
export type Found<Value> = { value: Value; source: Source };

const variables: Record<keyof Settings, string> = {
  url: 'DEPLOYER_URL',
  tokenFile: 'DEPLOYER_TOKEN_FILE',
  quiet: 'DEPLOYER_QUIET',
  verbose: 'DEPLOYER_VERBOSE',
  noInput: 'DEPLOYER_NO_INPUT',
};
const switches: readonly (keyof Settings)[] = ['quiet', 'verbose', 'noInput'];

/** Finds a setting: in the command's options, DEPLOYER_*, deployer.yaml of its folder, or the user's config.yaml. */
export function findSetting<Name extends keyof Settings>(
  command: Command,
  name: Name,
): Found<Settings[Name]> | undefined {
  const sources: Record<Source, () => unknown> = {
    flag: () => globalFlag(command, name),
    environment: () => fromEnvironment(name),
    project: () => (readProjectFile(folderOf(command)) as Partial<Settings>)[name],
    user: () => readUserFile()[name],
  };
  for (const [source, read] of Object.entries(sources)) {
    const value = read();
    if (value !== undefined) return { value: value as Settings[Name], source: source as Source };
  }
  return undefined;
}

function fromEnvironment(name: keyof Settings): unknown {
  const text = process.env[variables[name]]?.trim();
  if (!text) return undefined;
  if (!switches.includes(name)) return text;
  if (['1', 'true'].includes(text)) return true;
  if (['0', 'false'].includes(text)) return false;
  throw new UsageError(`${variables[name]}=${text}: write true or false`);
}

/** Returns the folder that a command works on: its argument if it takes one, else the current folder. */
export function folderOf(command: Command): string {
  const at = command.registeredArguments.findIndex((argument) => argument.name() === 'dir');
  const given = at < 0 ? undefined : command.args[at];
  return given === undefined || given === '-' ? '.' : given;
}
