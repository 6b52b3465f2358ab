import { readFileSync } from 'node:fs';
import { type Client, createClient } from '@deployment-engine/client';
import type { Command } from 'commander';
import { CliError, UsageError } from './exit-code.ts';
import { globalOption } from './global-options.ts';

export type Connection = { client: Client; json: boolean };

/** Reads the global options, which may stand before or after the command. */
export function connect(command: Command): Connection {
  const url = globalOption(command, 'url') ?? '';
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new UsageError(`--url ${url}: it is not an address, for example https://engine.example.org`);
  return {
    client: createClient({ url, token: readToken(globalOption(command, 'tokenFile')) }),
    json: isJson(command),
  };
}

export function isJson(command: Command): boolean {
  return globalOption(command, 'json') === true;
}

/** Reads the token from a file or the environment, because every user can see command lines. */
function readToken(file: string | undefined): string | undefined {
  if (!file) return process.env.DEPLOYER_TOKEN?.trim();
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CliError(`reading --token-file: ${(error as Error).message}`);
  }
}
