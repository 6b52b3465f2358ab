import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CliError } from '../exit-code.ts';
import { ownCommand } from '../messages/own-command.ts';
import { keychainOf } from './keychain.ts';
import { configFolder } from './user-file.ts';

/** Engine's address → its token, or that the system's keychain has it. */
const loginsSchema = z.record(
  z.string(),
  z.union([z.strictObject({ token: z.string() }), z.strictObject({ keychain: z.literal(true) })]),
);
type Logins = z.infer<typeof loginsSchema>;

/** Only its owner can read it. */
export function loginsPath(): string {
  return join(configFolder(), 'logins.json');
}

/** Returns the token that `login` has kept for an address. Asks the keychain only if the token is there. */
export async function findLogin(url: string): Promise<string | undefined> {
  const login = (await readLogins())[url];
  if (!login) return undefined;
  if ('token' in login) return login.token;
  const token = await keychainOf(process.platform)?.find(url);
  if (token === undefined)
    throw new CliError(
      `reading the token for ${url}: the system's keychain does not give it; run ${ownCommand('login')}`,
    );
  return token;
}

/** Keeps a token for an address. Returns where. */
export async function keepLogin(
  url: string,
  token: string,
  useKeychain: boolean,
): Promise<'keychain' | 'file'> {
  const isInKeychain = useKeychain && ((await keychainOf(process.platform)?.store(url, token)) ?? false);
  await writeLogins({ ...(await readLogins()), [url]: isInKeychain ? { keychain: true } : { token } });
  return isInKeychain ? 'keychain' : 'file';
}

/** Removes the token of an address. Returns whether there was one. */
export async function removeLogin(url: string): Promise<boolean> {
  const { [url]: login, ...others } = await readLogins();
  if (!login) return false;
  if ('keychain' in login) await keychainOf(process.platform)?.remove(url);
  await writeLogins(others);
  return true;
}

async function readLogins(): Promise<Logins> {
  const file = loginsPath();
  try {
    return loginsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new CliError(
      `reading ${file}: ${error instanceof z.ZodError ? 'it is not the file that login writes' : (error as Error).message}; remove it and run ${ownCommand('login')}`,
    );
  }
}

/** The new file replaces the old one whole, and is readable by its owner alone from its first byte. */
async function writeLogins(logins: Logins): Promise<void> {
  const file = loginsPath();
  const next = `${file}.${process.pid}`;
  await mkdir(configFolder(), { recursive: true, mode: 0o700 });
  await writeFile(next, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600 });
  await chmod(next, 0o600);
  await rename(next, file);
}
