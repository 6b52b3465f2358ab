import { statfs } from 'node:fs/promises';
import type { Capacity } from '@deployment-engine/runner-api';
import { Router } from 'express';
import type { Context } from '../context.ts';

export function capacityRoutes({ config, runs, runnerId, terraform, sandbox, warm }: Context): Router {
  const router = Router();
  router.get('/capacity', async (_request, response) => {
    const disk = await statfs(config.runsDir);
    const capacity: Capacity = {
      runnerId,
      ...runs.capacity(),
      terraform: { product: terraform.product, version: terraform.version },
      protection: { mode: sandbox.mode, network: sandbox.network, unprotected: sandbox.unprotected },
      warmProviders: warm.facts,
      providerMirror: config.providerMirror !== undefined,
      freeDiskBytes: disk.bavail * disk.bsize,
    };
    response.json(capacity);
  });
  return router;
}
