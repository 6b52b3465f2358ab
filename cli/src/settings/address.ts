import type { Command } from 'commander';
import { UsageError } from '../exit-code.ts';
import { defaultUrl } from '../global-options.ts';
import { ownCommand } from '../messages/own-command.ts';
import { findSetting } from './settings.ts';
import { readUserFile } from './user-file.ts';

export type Address = {
  /** Without a slash at its end. */
  url: string;
  /** Only the project's own files name it, which whoever writes its code may have changed. */
  isOfProjectOnly: boolean;
};

/** Returns the engine's address. Throws if it is none. */
export function engineAddress(command: Command): Address {
  const found = findSetting(command, 'url');
  const url = parseAddress(found?.value ?? defaultUrl, found?.source === 'flag' ? '--url' : 'the address');
  const user = readUserFile().url;
  const known = [defaultUrl, ...(user === undefined ? [] : [parseAddress(user, 'the address')])];
  return { url, isOfProjectOnly: found?.source === 'project' && !known.includes(url) };
}

/** Returns an address in the form in which two of them can be compared. `name` is used in the error. */
export function parseAddress(text: string, name: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new UsageError(`${name} ${text}: it is not an address, for example https://engine.example.org`);
  const { username, password, href } = new URL(text);
  if (username !== '' || password !== '')
    throw new UsageError(`${name}: it has a name or password; keep the token with ${ownCommand('login')}`);
  return href.replace(/\/+$/, '');
}
