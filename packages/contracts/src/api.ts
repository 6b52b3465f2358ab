import { accessEndpoints } from './api/access.ts';
import { adminEndpoints } from './api/admin.ts';
import { analysisEndpoints } from './api/analysis.ts';
import { deployEndpoints } from './api/deploy.ts';
import { internalEndpoints } from './api/internal.ts';
import { jobsEndpoints } from './api/jobs.ts';
import { orphansEndpoints } from './api/orphans.ts';
import { policyEndpoints } from './api/policy.ts';
import { projectsEndpoints } from './api/projects.ts';
import { secretsEndpoints } from './api/secrets.ts';
import { stateEndpoints } from './api/state.ts';
import type { Endpoint } from './endpoint.ts';

/** Every operation of the public API by name. */
export const endpoints = {
  ...deployEndpoints,
  ...jobsEndpoints,
  ...projectsEndpoints,
  ...stateEndpoints,
  ...orphansEndpoints,
  ...analysisEndpoints,
  ...policyEndpoints,
  ...secretsEndpoints,
  ...accessEndpoints,
  ...adminEndpoints,
  ...internalEndpoints,
} as const satisfies Record<string, Endpoint>;
