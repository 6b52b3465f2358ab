import { adminEndpoints } from './api/admin.ts';
import { analysisEndpoints } from './api/analysis.ts';
import { deployEndpoints } from './api/deploy.ts';
import { internalEndpoints } from './api/internal.ts';
import { jobsEndpoints } from './api/jobs.ts';
import { projectsEndpoints } from './api/projects.ts';
import { stateEndpoints } from './api/state.ts';
import type { Endpoint } from './endpoint.ts';

/** Every operation of the public API by name. */
export const endpoints = {
  ...deployEndpoints,
  ...jobsEndpoints,
  ...projectsEndpoints,
  ...stateEndpoints,
  ...analysisEndpoints,
  ...adminEndpoints,
  ...internalEndpoints,
} as const satisfies Record<string, Endpoint>;
