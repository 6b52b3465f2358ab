import { text } from 'node:stream/consumers';
import { createClient } from '@deployment-engine/client';
import { Command } from 'commander';
import { isJson } from '../connection.ts';
import { CliError, UsageError } from '../exit-code.ts';
import { globalFlag } from '../global-options.ts';
import { ownCommand } from '../messages/own-command.ts';
import { engineAddress, parseAddress } from '../settings/address.ts';
import { keepLogin, loginsPath, removeLogin } from '../settings/logins.ts';
import { setUserUrl } from '../settings/set-user-url.ts';
import { userFilePath } from '../settings/user-file.ts';
import { ask, askHidden, isInteractive } from '../terminal/prompt.ts';

export function loginCommand(): Command {
  return new Command('login')
    .option('--no-keychain', `keep the token in a file that only you can read, not in the system's keychain`)
    .action(async ({ keychain }: { keychain: boolean }, command: Command) => {
      const url = await askAddress(command);
      const token = await askToken(url);
      await createClient({ url, token }).projects({ query: { limit: 1 } }); // a wrong token is not kept
      const place = await keepLogin(url, token, keychain);
      await setUserUrl(url);
      if (isJson(command)) return console.log(JSON.stringify({ url, token: place }));
      const where =
        place === 'keychain' ? "the system's keychain" : `${loginsPath()}, which only you can read`;
      console.log(`Logged in to ${url}. The token is in ${where}; the address is in ${userFilePath()}.`);
    });
}

export function logoutCommand(): Command {
  return new Command('logout').action(async (_options: unknown, command: Command) => {
    const { url } = engineAddress(command);
    if (!(await removeLogin(url)))
      throw new CliError(`logging out of ${url}: no token is kept for it; name another engine with --url`);
    console.log(
      isJson(command)
        ? JSON.stringify({ url })
        : `The token for ${url} is removed from this machine. It stays valid; end it with ${ownCommand('keys revoke')}.`,
    );
  });
}

async function askAddress(command: Command): Promise<string> {
  const { url, isOfProjectOnly } = engineAddress(command);
  if (globalFlag(command, 'url') !== undefined) return url;
  // Whoever wrote the folder's file must not receive a token that is meant for another engine.
  if (isOfProjectOnly)
    throw new UsageError(
      `logging in: only deployer.yaml of this folder names ${url}; if it is yours, say so with --url ${url}`,
    );
  if (!isInteractive()) return url;
  const answer = await ask(`Address of the engine [${url}]: `);
  if (answer === undefined) throw new CliError('logging in: interrupted; nothing was changed');
  return answer === '' ? url : parseAddress(answer, 'the address');
}

/** Returns a token that a person types, or that standard input has. */
async function askToken(url: string): Promise<string> {
  const answer = isInteractive()
    ? await askHidden(`API key or token for ${url}: `)
    : await text(process.stdin);
  if (answer === undefined) throw new CliError('logging in: interrupted; nothing was changed');
  const token = answer.trim();
  if (token === '')
    throw new UsageError(
      `logging in: no token was given; type it on a terminal, or write ${ownCommand('login')} < FILE`,
    );
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new UsageError('logging in: the token has spaces or other characters that none has; give it alone');
  return token;
}
