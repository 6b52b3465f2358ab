import type { RequestHandler } from 'express';
import type { Metrics } from '../server/metrics.ts';
import { requestState } from './request-state.ts';

/** Records the duration of every request, labelled with its route's path template. */
export function measureRequests(metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const started = process.hrtime.bigint();
    response.on('finish', () => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      const route = requestState(response).endpoint?.path ?? 'other';
      metrics.requests.observe(
        { method: request.method, route, status: String(response.statusCode) },
        seconds,
      );
    });
    next();
  };
}
