import { type Client, createClient } from '@deployment-engine/client';
import type { Command } from 'commander';
import { globalFlag } from './global-options.ts';
import { engineAddress } from './settings/address.ts';
import { engineToken } from './settings/token.ts';
import { outputMode } from './terminal/output-mode.ts';
import { tracedFetch } from './traced-fetch.ts';

export type Connection = { client: Client; json: boolean; url: string };

/** Reads the settings of a command, whose options may stand before or after its name. */
export function connect(command: Command): Connection {
  const address = engineAddress(command);
  let token: Promise<string | undefined> | undefined;
  return {
    client: createClient({
      url: address.url,
      token: () => {
        token ??= engineToken(command, address);
        return token;
      },
      ...(outputMode().verbose ? { fetch: tracedFetch } : {}),
    }),
    json: isJson(command),
    url: address.url,
  };
}

export function isJson(command: Command): boolean {
  return globalFlag(command, 'json') === true;
}
