import cors from 'cors';
import express, { type Express, Router } from 'express';
import helmet from 'helmet';
import type { Context } from './context.ts';
import { priceBookRoutes } from './costs/price-book-routes.ts';
import { costRoutes } from './costs/routes.ts';
import { type Guard, setGuard } from './http/admit.ts';
import { checkHost, checkPage } from './http/browser-checks.ts';
import { docsRouter } from './http/docs.ts';
import { measureRequests } from './http/measure.ts';
import { problemHandler, sendProblem } from './http/problems.ts';
import { requestState } from './http/request-state.ts';
import { auditRoutes } from './http/routes/audit.ts';
import { adminRoutes } from './http/routes/backup.ts';
import { healthRoutes } from './http/routes/health.ts';
import { keyRoutes } from './http/routes/keys.ts';
import { deploymentRoutes } from './infrastructure/deployments/routes.ts';
import { templateRoutes } from './infrastructure/deployments/templates/routes.ts';
import { notificationRoutes } from './infrastructure/notifications/routes.ts';
import { projectRoutes } from './infrastructure/routes.ts';
import { stateRoutes } from './infrastructure/state-routes.ts';
import { followUpRoutes } from './jobs/follow-up-routes.ts';
import { policyReportRoutes } from './jobs/policy-report-routes.ts';
import { orphanRoutes } from './jobs/recovery/orphan-routes.ts';
import { jobRoutes } from './jobs/routes.ts';
import { projectOfJob } from './jobs/store.ts';
import { validateRoutes } from './jobs/validate/routes.ts';
import { mcpRoute } from './mcp/route.ts';
import { stackDriftRoutes } from './pipelines/drift/routes.ts';
import { environmentRoutes } from './pipelines/environment/routes.ts';
import { pipelineRoutes } from './pipelines/routes.ts';
import { snapshotRoutes } from './pipelines/snapshots/routes.ts';
import { policyRoutes } from './policy/routes.ts';
import { revisionRoutes } from './projects/revisions/routes.ts';
import { cloudAccountRoutes } from './projects/secrets/cloud-accounts/routes.ts';
import { secretRoutes } from './projects/secrets/routes.ts';
import { runnerRoutes } from './runners/routes.ts';
import { kindRoutes } from './stacks/kind-routes.ts';
import { stackRoutes } from './stacks/routes.ts';

const resources = [
  healthRoutes,
  jobRoutes,
  projectRoutes,
  revisionRoutes,
  validateRoutes,
  stackRoutes,
  kindRoutes,
  pipelineRoutes,
  environmentRoutes,
  stackDriftRoutes,
  snapshotRoutes,
  templateRoutes,
  deploymentRoutes,
  cloudAccountRoutes,
  notificationRoutes,
  costRoutes,
  policyRoutes,
  policyReportRoutes,
  followUpRoutes,
  stateRoutes,
  orphanRoutes,
  secretRoutes,
  runnerRoutes,
  adminRoutes,
  keyRoutes,
  auditRoutes,
  priceBookRoutes,
];

export function createApp(context: Context): Express {
  const app = express();
  const { access } = context.config;
  setGuard(app, guard(context));
  app.set('trust proxy', access.trustedProxies);
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(helmet());
  app.use((_request, response, next) => {
    response.setHeader('x-request-id', requestState(response).requestId);
    next();
  });
  app.use(measureRequests(context.metrics));
  app.use(checkHost(access));
  app.use(docsRouter());
  app.use(checkPage(access));
  app.use(cors({ origin: access.corsOrigins, exposedHeaders: ['x-request-id', 'retry-after'], maxAge: 600 }));
  const router = Router();
  for (const mount of resources) mount(router, context);
  app.use(router);
  app.use(mcpRoute(context, app));
  app.use((request, response) => {
    const message = `no route ${request.method} ${request.path}; see /api/docs`;
    sendProblem(request, response, 'route_not_found', message);
  });
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
