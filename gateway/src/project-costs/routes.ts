import { endpoints } from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../context.ts';
import { flatRateCosts } from '../costs/index.ts';
import { route } from '../http/route.ts';
import { findProject } from '../projects/store.ts';
import { projectResources } from './project-resources.ts';

export function costRoutes(router: Router, context: Context): void {
  route(router, endpoints.costs, async ({ params }) => {
    const project = await findProject(context.database.query, params.projectId);
    const { source, resources } = await projectResources(context, project);
    const kept = resources.filter((resource) => resource.action !== 'delete' && resource.action !== 'forget');
    return {
      projectId: project.id,
      estimated: true,
      costs: flatRateCosts(kept),
      source,
      message: 'Cost estimation completed',
    };
  });
}
