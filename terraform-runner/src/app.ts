import { DomainError } from '@deployment-engine/service';
import express, { type Express } from 'express';
import { capacityRoutes } from './capacity/routes.ts';
import type { Context } from './context.ts';
import { authenticate } from './http/authenticate.ts';
import { problemHandler } from './http/problems.ts';
import { revisionRoutes } from './revisions/routes.ts';
import { runRoutes } from './runs/routes.ts';

/** The runner's HTTP API. `closing` is signalled when the service shuts down. */
export function createApp(context: Context, closing: AbortSignal): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.use(authenticate(context.config.token));
  app.use(capacityRoutes(context));
  app.use(revisionRoutes(context.revisions));
  app.use(runRoutes(context.runs, closing));
  app.use((request) => {
    throw new DomainError(
      'route_not_found',
      `answering ${request.method} ${request.path}: there is no such route`,
    );
  });
  app.use(problemHandler(context.logger));
  return app;
}
