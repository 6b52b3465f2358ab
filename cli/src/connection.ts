import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';

export type Connection = {
  json: boolean;
  /** Sends a request to the engine; throws `CliError` with the reason of a refusal. */
  request(
    method: string,
    path: string,
    init?: { body?: Uint8Array<ArrayBuffer>; type?: string },
  ): Promise<Response>;
};

/** Reads the global options, which precede the command. */
export function connect(command: Command): Connection {
  const options = command.optsWithGlobals<{ url: string; tokenFile?: string; json?: boolean }>();
  const token = readToken(options.tokenFile);
  return {
    json: options.json ?? false,
    async request(method, path, init = {}) {
      const response = await send(new URL(path, options.url), {
        method,
        headers: {
          ...(init.type ? { 'content-type': init.type } : {}),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        ...(init.body === undefined ? {} : { body: init.body, duplex: 'half' }),
      });
      if (!response.ok) throw new CliError(`${method} ${path}: ${await reason(response)}`);
      return response;
    },
  };
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

async function send(url: URL, init: RequestInit & { duplex?: string }): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new CliError(
      `no engine answers at ${url.origin} (${cause}); start it with npm start, or name it with --url`,
    );
  }
}

async function reason(response: Response): Promise<string> {
  const body = (await response.json().catch(() => undefined)) as { error?: string } | undefined;
  return body?.error ?? `the engine answered ${response.status}`;
}
