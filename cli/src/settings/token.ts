import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CliError, UsageError } from '../exit-code.ts';
import { ownCommand } from '../messages/own-command.ts';
import type { Address } from './address.ts';
import { findLogin } from './logins.ts';
import { findSetting } from './settings.ts';

/**
 * Returns the token for an engine: of `--token-file`, DEPLOYER_TOKEN, DEPLOYER_TOKEN_FILE, `login`, or the user's
 * `tokenFile`; `undefined` without any. An address that only the project's own files name gets none but that of `login`,
 * so that nobody receives a token by a change of code.
 */
export async function engineToken(command: Command, address: Address): Promise<string | undefined> {
  const file = findSetting(command, 'tokenFile');
  const own = process.env.DEPLOYER_TOKEN?.trim();
  const given = file?.source === 'flag' ? '--token-file' : givenByEnvironment();
  if (given === 'DEPLOYER_TOKEN' && !address.isOfProjectOnly) return own;
  if (given !== undefined && file && !address.isOfProjectOnly) return readToken(file.value, given);
  const kept = await findLogin(address.url);
  if (kept !== undefined) return kept;
  if (address.isOfProjectOnly && (given !== undefined || file !== undefined))
    throw new UsageError(
      `the token of ${given ?? 'config.yaml'} is not sent to ${address.url}, which only deployer.yaml names; give --url or DEPLOYER_URL, or run ${ownCommand('login')}`,
    );
  return file === undefined ? undefined : readToken(file.value, 'tokenFile');
}

function givenByEnvironment(): string | undefined {
  return ['DEPLOYER_TOKEN', 'DEPLOYER_TOKEN_FILE'].find((name) => process.env[name]);
}

/** Tokens come from files and the environment, because every user can see command lines. */
function readToken(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CliError(`reading ${name} ${file}: ${(error as Error).message}`);
  }
}
