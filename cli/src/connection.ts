import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';

export type Connection = {
  json: boolean;
  /** A request to the engine; throws `CliError` with its reason where it refuses. */
  request(
    method: string,
    path: string,
    init?: { body?: Uint8Array<ArrayBuffer>; type?: string },
  ): Promise<Response>;
};

/** From the options of the command line that stand before the command. */
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

/** Never from the command line itself, where every user of the machine can read it. */
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
