import express, { type Express, Router } from 'express';
import helmet from 'helmet';
import { adminRoutes } from './admin/routes.ts';
import type { Context } from './context.ts';
import { healthRoutes } from './health/routes.ts';
import { docsRouter } from './http/docs.ts';
import { jsonBody } from './http/json-body.ts';
import { measureRequests } from './http/measure.ts';
import { problemHandler, requestId, sendProblem } from './http/problems.ts';
import { jobRoutes } from './jobs/routes.ts';
import { lifecycleRoutes } from './lifecycle/routes.ts';
import { policyRoutes } from './policy-settings/routes.ts';
import { priceBookRoutes } from './project-costs/price-book-routes.ts';
import { costRoutes } from './project-costs/routes.ts';
import { projectRoutes } from './projects/routes.ts';
import { runnerRoutes } from './runners/routes.ts';
import { secretRoutes } from './secrets/routes.ts';
import { stateRoutes } from './states/routes.ts';
import { validateRoutes } from './validate/routes.ts';

export function createApp(context: Context): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(helmet());
  app.use((_request, response, next) => {
    response.setHeader('x-request-id', requestId(response));
    next();
  });
  app.use(measureRequests(context.metrics));
  app.use(jsonBody());
  const router = Router();
  healthRoutes(router, context);
  jobRoutes(router, context);
  projectRoutes(router, context);
  validateRoutes(router, context);
  costRoutes(router, context);
  policyRoutes(router, context);
  lifecycleRoutes(router, context);
  stateRoutes(router, context);
  secretRoutes(router, context);
  runnerRoutes(router, context);
  adminRoutes(router, context);
  priceBookRoutes(router, context);
  app.use(router);
  app.use(docsRouter());
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
