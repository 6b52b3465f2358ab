import type { CostEstimate, UsageFile, UsageProfile } from '@deployment-engine/contracts';
import {
  estimate,
  type NormalisedResource,
  type UnfollowedModule,
  UnknownCurrencyError,
  UsageFileError,
} from '@deployment-engine/pricing';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../context.ts';

export type CostRequest = {
  profile?: UsageProfile | undefined;
  currency?: string | undefined;
  usage?: { content: string | UsageFile; pointer: string } | undefined;
  discounts?: Record<string, number> | undefined;
  current?: NormalisedResource[] | undefined;
  unfollowed?: UnfollowedModule[] | undefined;
};

/** Estimates costs with the installation's prices, discounts and rates. Throws `invalid_request` for bad input. */
export function estimateCosts(
  { config, prices }: Context,
  resources: NormalisedResource[],
  { usage, current, unfollowed = [], profile, currency, discounts }: CostRequest = {},
): CostEstimate {
  try {
    return estimate(resources, {
      profile,
      currency,
      unfollowed,
      discounts: { ...config.costDiscounts, ...discounts },
      exchangeRates: config.exchangeRates,
      priceBook: prices.book,
      ...(usage ? { usage: usage.content } : {}),
      ...(current ? { current } : {}),
    });
  } catch (error) {
    throw invalidRequest(error, usage?.pointer ?? '/usage') ?? error;
  }
}

/** Throws `invalid_request` for a currency without an exchange rate. */
export function requireRate({ config }: Context, currency: string): void {
  if (currency !== 'USD' && config.exchangeRates[currency] === undefined)
    throw invalidRequest(new UnknownCurrencyError(currency), '');
}

function invalidRequest(error: unknown, usagePointer: string): DomainError | undefined {
  const pointer =
    error instanceof UsageFileError
      ? usagePointer
      : error instanceof UnknownCurrencyError
        ? '/currency'
        : undefined;
  if (pointer === undefined) return undefined;
  const fields = [{ pointer, detail: (error as Error).message }];
  return new DomainError('invalid_request', 'estimating costs', { fields, cause: error });
}
