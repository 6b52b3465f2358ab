import { type Config, ConfigError } from '../config.ts';
import type { OpenDatabase } from '../server/database/open.ts';
import { countKeys } from './key-store.ts';

/** Throws where everybody is asked for credentials and nobody could have any. */
export async function requireWayIn({ access, host }: Config, database: OpenDatabase): Promise<void> {
  if (!access.required || access.jwt || (await countKeys(database.query)).usable > 0) return;
  throw new ConfigError([
    `AUTH: authentication is required on ${host}, but every API key is revoked or has expired and no JWT_SECRET_KEY or JWKS_URL is set; set one, or start with HOST=127.0.0.1 and make a key`,
  ]);
}
