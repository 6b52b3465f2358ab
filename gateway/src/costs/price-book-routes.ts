import { endpoints } from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../context.ts';
import { route } from '../http/route.ts';

export function priceBookRoutes(router: Router, { prices }: Context): void {
  route(router, endpoints.priceBook, async () => prices.describe());
  route(router, endpoints.refreshPriceBook, async ({ body }) => {
    prices.startRefresh(body);
    return prices.describe();
  });
  route(router, endpoints.importPriceBook, async ({ request }) => {
    await prices.import(request);
    return prices.describe();
  });
}
