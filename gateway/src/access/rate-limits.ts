import { isIPv6 } from 'node:net';
import { DomainError } from '@deployment-engine/service';
import type { Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { AccessConfig } from './access-config.ts';

const windowSeconds = 60;

/** Limits calls and wrong credentials per minute. Each gateway counts its own. */
export class RateLimits {
  readonly #calls: RateLimiterMemory | undefined;
  readonly #failures: RateLimiterMemory;

  constructor({ callsPerMinute, authFailuresPerMinute }: AccessConfig) {
    this.#calls = callsPerMinute
      ? new RateLimiterMemory({ points: callsPerMinute, duration: windowSeconds })
      : undefined;
    this.#failures = new RateLimiterMemory({ points: authFailuresPerMinute, duration: windowSeconds });
  }

  /** Throws `rate_limited` if the caller has made too many calls. */
  async countCall(caller: string, response: Response): Promise<void> {
    await this.#calls
      ?.consume(caller)
      .catch((result) => refuse(result, response, 'too many calls; wait, then call less often'));
  }

  /** Throws `rate_limited` after too many wrong credentials from an address. Valid ones from it are refused too. */
  async requirePatience(address: string, response: Response): Promise<void> {
    const result = await this.#failures.get(address);
    if (result && result.consumedPoints >= this.#failures.points)
      refuse(
        result,
        response,
        'too many wrong credentials came from this address; wait, then use valid ones',
      );
  }

  async countFailure(address: string): Promise<void> {
    await this.#failures.penalty(address);
  }
}

function refuse(result: unknown, response: Response, message: string): never {
  if (!(result instanceof RateLimiterRes)) throw result;
  response.setHeader('retry-after', String(Math.max(1, Math.ceil(result.msBeforeNext / 1000))));
  throw new DomainError('rate_limited', message);
}

/** Returns an IPv4 address, or the /64 network of an IPv6 address: one caller may own the whole network. */
export function addressKey(address: string | undefined): string {
  if (!address) return 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const zeros = 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
