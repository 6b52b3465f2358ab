import type { Capacity } from '@deployment-engine/contracts';
import { Router } from 'express';
import type { RunService } from '../runs/service.ts';
import type { TerraformBinary } from '../terraform/binary.ts';

export function capacityRoutes(runs: RunService, runnerId: string, terraform: TerraformBinary): Router {
  const router = Router();
  router.get('/capacity', (_request, response) => {
    const capacity: Capacity = {
      runnerId,
      ...runs.capacity(),
      terraform: { product: terraform.product, version: terraform.version },
      sandbox: { mode: 'none', warnings: ['runs are not isolated from this machine'] },
    };
    response.json(capacity);
  });
  return router;
}
