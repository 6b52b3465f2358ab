import type { Capacity } from '@deployment-engine/contracts';
import { Router } from 'express';
import type { Context } from '../context.ts';

export function capacityRoutes({ runs, runnerId, terraform, sandbox }: Context): Router {
  const router = Router();
  router.get('/capacity', (_request, response) => {
    const capacity: Capacity = {
      runnerId,
      ...runs.capacity(),
      terraform: { product: terraform.product, version: terraform.version },
      protection: { mode: sandbox.mode, network: sandbox.network, unprotected: sandbox.unprotected },
    };
    response.json(capacity);
  });
  return router;
}
