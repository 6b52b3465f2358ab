import { type Config, ConfigError } from '../config.ts';
import type { OpenDatabase } from '../server/database/open.ts';
import { countKeys } from './key-store.ts';

/** Throws when authentication is required but no usable credential exists. */
export async function requireCredentials({ access, host }: Config, database: OpenDatabase): Promise<void> {
  if (!access.required || access.jwt || access.introspection || (await countKeys(database.query)).usable > 0)
    return;
  throw new ConfigError([
    `AUTH: authentication is required on ${host}, but every API key is revoked or has expired and no JWT_SECRET_KEY or JWKS_URL is set; set one, or start with HOST=127.0.0.1 and create a key`,
  ]);
}
