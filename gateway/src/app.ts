import cors from 'cors';
import express, { type Express, Router } from 'express';
import helmet from 'helmet';
import { auditRoutes } from './access/audit/routes.ts';
import { keyRoutes } from './access/key-routes.ts';
import type { Context } from './context.ts';
import { priceBookRoutes } from './costs/project/price-book-routes.ts';
import { costRoutes } from './costs/project/routes.ts';
import { lifecycleRoutes } from './jobs/follow-up-routes.ts';
import { orphanRoutes } from './jobs/recovery/orphan-routes.ts';
import { jobRoutes } from './jobs/routes.ts';
import { projectOfJob } from './jobs/store.ts';
import { validateRoutes } from './jobs/validate/routes.ts';
import { policyRoutes } from './policy/settings/routes.ts';
import { revisionRoutes } from './projects/revisions/routes.ts';
import { projectRoutes } from './projects/routes.ts';
import { secretRoutes } from './projects/secrets/routes.ts';
import { stateRoutes } from './projects/states/routes.ts';
import { runnerRoutes } from './runners/routes.ts';
import { adminRoutes } from './server/backup/routes.ts';
import { healthRoutes } from './server/health/routes.ts';
import type { Guard } from './server/http/admit.ts';
import { checkHost, checkPage } from './server/http/browser-checks.ts';
import { docsRouter } from './server/http/docs.ts';
import { measureRequests } from './server/http/measure.ts';
import { problemHandler, requestId, sendProblem } from './server/http/problems.ts';

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
