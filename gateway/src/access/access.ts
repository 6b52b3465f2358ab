import { DomainError } from '@deployment-engine/service';
import type { Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'winston';
import type { OpenDatabase } from '../server/database/open.ts';
import type { AccessConfig } from './access-config.ts';
import { parseApiKey, sameSecret } from './api-key.ts';
import { type AskMainApi, Introspection } from './introspection.ts';
import { createJwtVerifier, type VerifyJwt } from './jwt.ts';
import { findKey, isUsable, type KeyRow, keyChangedChannel, keyPrincipal, noteUse } from './key-store.ts';
import { openPrincipal, type Principal } from './principal.ts';
import { addressKey, RateLimits } from './rate-limits.ts';

const keyCacheMs = 5000;
const useNotedMs = 60_000;
const noSecret = '0'.repeat(64);
/** Headers that proxies add to the requests they forward. */
const proxyHeader = /^(x-forwarded.*|cf-.*|forwarded|true-client-ip|via|x-real-ip)$/;

/** Authenticates callers by API key, by token, or by what the main API says of a token. */
export class Access {
  readonly #config: AccessConfig;
  readonly #database: OpenDatabase;
  readonly #logger: Logger;
  readonly #verifyJwt: VerifyJwt | undefined;
  readonly #keys = new LRUCache<string, KeyRow>({ max: 10_000, ttl: keyCacheMs });
  readonly #noted = new LRUCache<string, true>({ max: 10_000, ttl: useNotedMs });
  readonly #introspection: Introspection | undefined;
  readonly limits: RateLimits;

  /** `askMainApi` is called only if the configuration lets the main API verify tokens. */
  constructor(config: AccessConfig, database: OpenDatabase, logger: Logger, askMainApi?: AskMainApi) {
    this.#config = config;
    this.#database = database;
    this.#logger = logger;
    this.#verifyJwt = config.jwt && createJwtVerifier(config.jwt);
    if (config.introspection && askMainApi)
      this.#introspection = new Introspection(config.introspection, askMainApi);
    this.limits = new RateLimits(config);
  }

  /** Listens for keys that any gateway revokes, and drops them from the cache. */
  async start(): Promise<void> {
    await this.#database.listen(keyChangedChannel, (id) => this.forgetKey(id));
    this.#database.onReconnect(() => this.#keys.clear());
  }

  forgetKey(id: string): void {
    this.#keys.delete(id);
  }

  /** Throws `unauthenticated` for missing or invalid credentials, `rate_limited` after too many invalid ones. */
  async authenticate(request: Request, response: Response): Promise<Principal> {
    const header = request.get('authorization');
    const address = addressKey(request.ip);
    if (header === undefined) {
      if (!this.#config.required && !cameThroughProxy(request)) return openPrincipal;
      await this.limits.countCall(address, response);
      throw new DomainError(
        'unauthenticated',
        'credentials are missing; send Authorization: Bearer <API key or token>',
      );
    }
    await this.limits.requirePatience(address, response);
    try {
      return await this.#verify(tokenOf(header));
    } catch (error) {
      if (error instanceof DomainError && error.code === 'unauthenticated')
        await this.limits.countFailure(address);
      throw error;
    }
  }

  /** Whether the credentials of a request that is still being answered are still valid; false once a key is revoked. */
  async stillAdmits(request: Request): Promise<boolean> {
    const header = request.get('authorization');
    if (header === undefined) return true;
    try {
      await this.#verify(tokenOf(header));
      return true;
    } catch (error) {
      return !(error instanceof DomainError && error.code === 'unauthenticated');
    }
  }

  async #verify(token: string | undefined): Promise<Principal> {
    if (token === undefined)
      throw new DomainError('unauthenticated', 'the Authorization header is not Bearer <API key or token>');
    if (token.startsWith('de_')) return this.#verifyKey(token);
    if (this.#verifyJwt) return this.#verifyJwt(token);
    if (this.#introspection) return this.#introspection.verify(token);
    throw new DomainError(
      'unauthenticated',
      'the API key is not valid; keys begin with de_, and other tokens are not accepted',
    );
  }

  /** Gives the same answer, in constant time, for a wrong, revoked or expired key. */
  async #verifyKey(token: string): Promise<Principal> {
    const given = parseApiKey(token);
    const row = given && (await this.#readKey(given.id));
    const same = sameSecret(
      given?.secretSha256 ?? noSecret,
      row?.secret_sha256 ?? noSecret.replaceAll('0', 'f'),
    );
    if (!row || !same || !isUsable(row))
      throw new DomainError('unauthenticated', 'the API key is not valid: it is wrong, revoked or expired');
    this.#noteUse(row.id);
    return keyPrincipal(row);
  }

  async #readKey(id: string): Promise<KeyRow | undefined> {
    const cached = this.#keys.get(id);
    if (cached) return cached;
    const row = await findKey(this.#database.query, id);
    if (row) this.#keys.set(id, row);
    return row;
  }

  #noteUse(id: string): void {
    if (this.#noted.has(id)) return;
    this.#noted.set(id, true);
    noteUse(this.#database.query, id).catch((error) =>
      this.#logger.warn('noting the use of an API key', { keyId: id, error }),
    );
  }
}

/** HTTP/1.0 also indicates a proxy: current clients use 1.1 or later. */
function cameThroughProxy(request: Request): boolean {
  return request.httpVersion === '1.0' || Object.keys(request.headers).some((name) => proxyHeader.test(name));
}

function tokenOf(header: string): string | undefined {
  return /^Bearer +(\S{1,8192})$/i.exec(header)?.[1];
}
