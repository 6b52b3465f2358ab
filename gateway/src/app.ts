import cors from 'cors';
import express, { type Express, Router } from 'express';
import helmet from 'helmet';
import { keyRoutes } from './access/key-routes.ts';
import { adminRoutes } from './admin/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import type { Context } from './context.ts';
import { healthRoutes } from './health/routes.ts';
import type { Guard } from './http/admit.ts';
import { checkHost, checkPage } from './http/browser-checks.ts';
import { docsRouter } from './http/docs.ts';
import { measureRequests } from './http/measure.ts';
import { problemHandler, requestId, sendProblem } from './http/problems.ts';
import { jobRoutes } from './jobs/routes.ts';
import { projectOfJob } from './jobs/store.ts';
import { lifecycleRoutes } from './lifecycle/routes.ts';
import { policyRoutes } from './policy-settings/routes.ts';
import { priceBookRoutes } from './project-costs/price-book-routes.ts';
import { costRoutes } from './project-costs/routes.ts';
import { projectRoutes } from './projects/routes.ts';
import { orphanRoutes } from './recovery/orphan-routes.ts';
import { revisionRoutes } from './revisions/routes.ts';
import { runnerRoutes } from './runners/routes.ts';
import { secretRoutes } from './secrets/routes.ts';
import { stateRoutes } from './states/routes.ts';
import { validateRoutes } from './validate/routes.ts';

export function createApp(context: Context): Express {
  const app = express();
  const { access } = context.config;
  app.locals.guard = guard(context);
  app.set('trust proxy', access.trustedProxies);
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(helmet());
  app.use((_request, response, next) => {
    response.setHeader('x-request-id', requestId(response));
    next();
  });
  app.use(measureRequests(context.metrics));
  app.use(checkHost(access));
  app.use(docsRouter());
  app.use(checkPage(access));
  app.use(cors({ origin: access.corsOrigins, exposedHeaders: ['x-request-id', 'retry-after'], maxAge: 600 }));
  const router = Router();
  healthRoutes(router, context);
  jobRoutes(router, context);
  projectRoutes(router, context);
  revisionRoutes(router, context);
  validateRoutes(router, context);
  costRoutes(router, context);
  policyRoutes(router, context);
  lifecycleRoutes(router, context);
  stateRoutes(router, context);
  orphanRoutes(router, context);
  secretRoutes(router, context);
  runnerRoutes(router, context);
  adminRoutes(router, context);
  keyRoutes(router, context);
  auditRoutes(router, context);
  priceBookRoutes(router, context);
  app.use(router);
  app.use((request, response) =>
    sendProblem(
      request,
      response,
      'route_not_found',
      `no route ${request.method} ${request.path}; see /api/docs`,
    ),
  );
  app.use(problemHandler(context.logger));
  return app;
}

function guard({ access, audit, refusals, database, jobCache, redactorOf }: Context): Guard {
  return {
    access,
    audit,
    refusals,
    query: database.query,
    redactorOf,
    projectOfJob: async (jobId) =>
      jobCache.peek(jobId)?.view.projectId ?? (await projectOfJob(database.query, jobId)),
  };
}
