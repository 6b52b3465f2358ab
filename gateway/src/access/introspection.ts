import { createHash } from 'node:crypto';
import { DomainError } from '@deployment-engine/service';
import { decodeJwt } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type ClaimMapping, invalidToken, mapClaims } from './claims.ts';
import type { Principal } from './principal.ts';

const timeoutMs = 5000;
/** How long an answer counts: a token that the main API revokes is accepted no longer than this. */
const acceptedMs = 60_000;
const refusedMs = 5000;
const maxKept = 10_000;
/** Calls at one time; each can take as long as the time limit. */
const maxCalls = 50;

/** Asks the main API about a token. Rejects if it does not answer. Must not reveal the token. */
export type AskMainApi = (token: string, signal: AbortSignal) => Promise<{ status: number; text: string }>;

const shortText = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u);
const identitySchema = z.looseObject({
  id: z.union([shortText, z.number().int().nonnegative().transform(String)]),
  username: shortText.optional().catch(undefined),
});

type Verdict = { principal: Principal } | { refusal: DomainError };
type Kept = { verdict: Verdict; until: number };

/** Verifies tokens of the main API by asking it. Answers are kept for a short time, by a digest of the token. */
export class Introspection {
  readonly #ask: AskMainApi;
  readonly #mapping: ClaimMapping;
  readonly #now: () => number;
  readonly #kept = new LRUCache<string, Kept>({ max: maxKept });
  readonly #calls = new Map<string, Promise<Verdict>>();

  constructor(mapping: ClaimMapping, ask: AskMainApi, now: () => number = Date.now) {
    this.#mapping = mapping;
    this.#ask = ask;
    this.#now = now;
  }

  /** Throws `unauthenticated` for a token that the main API refuses, `identity_provider_unavailable` if it gives no answer. */
  async verify(token: string): Promise<Principal> {
    const digest = createHash('sha256').update(token).digest('base64');
    const kept = this.#kept.get(digest);
    const verdict = kept && kept.until > this.#now() ? kept.verdict : await this.#call(digest, token);
    if ('refusal' in verdict) throw verdict.refusal;
    return verdict.principal;
  }

  /** Requests with the same token share one call. */
  #call(digest: string, token: string): Promise<Verdict> {
    const running = this.#calls.get(digest);
    if (running) return running;
    if (this.#calls.size >= maxCalls)
      throw unavailable(`${maxCalls} tokens are being checked; try again in a few seconds`);
    const asked = this.#now();
    const call = this.#verdictOn(token)
      .then((verdict) => {
        const until =
          'principal' in verdict ? Math.min(asked + acceptedMs, expiryOf(token)) : asked + refusedMs;
        this.#kept.set(digest, { verdict, until });
        return verdict;
      })
      .finally(() => this.#calls.delete(digest));
    this.#calls.set(digest, call);
    return call;
  }

  async #verdictOn(token: string): Promise<Verdict> {
    const { status, text } = await withinTimeLimit((signal) => this.#ask(token, signal));
    if (status === 401 || status === 403) return { refusal: invalidToken('the main API refuses it') };
    if (status !== 200) throw unavailable(`it answers with the status ${status}`);
    const parsed = identitySchema.safeParse(jsonOf(text));
    if (!parsed.success)
      return { refusal: invalidToken('the answer of the main API about it has no id of a user') };
    const { id, username } = parsed.data;
    try {
      const allowed = mapClaims(parsed.data, this.#mapping);
      const name = username ?? id;
      const limits = { blastRadius: null, stackLimits: null };
      return { principal: { kind: 'jwt', id: `jwt:${id}`, name, ...allowed, ...limits } };
    } catch (error) {
      if (error instanceof DomainError) return { refusal: error };
      throw error;
    }
  }
}

/** Rejects once the time is over, whatever the call still waits for. */
async function withinTimeLimit<Answer>(call: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  const over = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () =>
      reject(unavailable(`it does not answer within ${timeoutMs / 1000} s`)),
    );
  });
  return Promise.race([
    over,
    call(signal).catch((error) => {
      throw error instanceof DomainError ? error : unavailable('it does not answer', error);
    }),
  ]);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unavailable('its answer is not JSON');
  }
}

/** The end of a token that says one; its signature does not matter, because it only shortens the time. */
function expiryOf(token: string): number {
  try {
    return (decodeJwt(token).exp ?? Number.POSITIVE_INFINITY) * 1000;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function unavailable(why: string, cause?: unknown): DomainError {
  return new DomainError(
    'identity_provider_unavailable',
    `checking a token at MAIN_API_URL: ${why}; try again later`,
    { cause },
  );
}
