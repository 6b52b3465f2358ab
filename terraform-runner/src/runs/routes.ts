import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ProblemCode } from '@deployment-engine/contracts';
import { cancelRunSchema, runIdSchema, runRequestSchema } from '@deployment-engine/runner-api';
import { DomainError } from '@deployment-engine/service';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { openRegular } from '../files/regular-file.ts';
import { parse } from '../http/parse.ts';
import { readTerraformLog } from '../terraform/terraform-log.ts';
import { streamEvents } from './event-stream.ts';
import { logText } from './log-text.ts';
import { readJournal } from './read-journal.ts';
import { readRunState } from './read-run-state.ts';
import type { RunService } from './service.ts';

const eventsQuerySchema = z.object({
  after: z.coerce.number().int().min(0).default(0),
  follow: z.enum(['true', 'false']).default('false'),
});

/** `closing` ends streams when the service shuts down. */
export function runRoutes(runs: RunService, closing: AbortSignal): Router {
  const router = Router();
  router.put('/runs/:runId', async (request, response) => {
    const { view, created } = await runs.put(runIdOf(request), parse(runRequestSchema, request.body));
    response.status(created ? 201 : 200).json(view);
  });
  router.get('/runs', (_request, response) => void response.json({ runs: runs.list() }));
  router.get('/runs/:runId', (request, response) => {
    response.json(runs.find(runIdOf(request)).view());
  });
  router.post('/runs/:runId/cancel', async (request, response) => {
    const runId = runIdOf(request);
    const { graceSeconds } = parse(cancelRunSchema, request.body ?? {});
    response.json(await runs.cancel(runId, graceSeconds));
  });
  router.delete('/runs/:runId', async (request, response) => {
    await runs.remove(runIdOf(request));
    response.status(204).end();
  });
  router.use(recordRoutes(runs, closing));
  router.use(resultRoutes(runs));
  return router;
}

/** A run's events, live, and its logs. */
function recordRoutes(runs: RunService, closing: AbortSignal): Router {
  const router = Router();
  router.get('/runs/:runId/events', async (request, response) => {
    const run = runs.find(runIdOf(request));
    const { after, follow } = parse(eventsQuerySchema, request.query);
    const signal = endOf(response, closing);
    response.type('application/x-ndjson').flushHeaders();
    await send(streamEvents(run.events, { after, follow: follow === 'true', signal }), response, signal);
  });
  router.get('/runs/:runId/log', async (request, response) => {
    const run = runs.find(runIdOf(request));
    const signal = endOf(response, closing);
    response.type('text/plain; charset=utf-8');
    await send(logText(run.events, signal), response, signal);
  });
  router.get('/runs/:runId/terraform-log', async (request, response) => {
    const runId = runIdOf(request);
    const log = await readTerraformLog(runs.find(runId).paths.logs);
    if (!log)
      throw new DomainError(
        'terraform_log_not_found',
        `reading Terraform's log of run ${runId}: none was asked for`,
      );
    response.type('text/plain; charset=utf-8').send(log);
  });
  router.get('/runs/:runId/journal', async (request, response) => {
    const { journal } = runs.find(runIdOf(request)).paths;
    response.type('application/x-ndjson').send(await readJournal(journal));
  });
  return router;
}

/** A run's results: plan and state. */
function resultRoutes(runs: RunService): Router {
  const router = Router();
  router.get('/runs/:runId/plan', async (request, response) => {
    const { plan } = runs.find(runIdOf(request)).paths;
    await sendFile(plan, response, 'application/octet-stream', 'plan_not_found');
  });
  router.get('/runs/:runId/plan.json', async (request, response) => {
    const { planJson } = runs.find(runIdOf(request)).paths;
    await sendFile(planJson, response, 'application/json', 'plan_not_found');
  });
  router.get('/runs/:runId/state', async (request, response) => {
    const state = await readRunState(runs.find(runIdOf(request)));
    if (!state) throw new DomainError('state_not_found', 'reading the state: there is none yet');
    response.type('application/octet-stream').send(state.raw);
  });
  return router;
}

function runIdOf(request: Request): string {
  return parse(runIdSchema, request.params.runId, 'runId');
}

/** Signalled when the client has disconnected or the service shuts down. */
function endOf(response: Response, closing: AbortSignal): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, closing]);
}

async function send(text: AsyncIterable<string>, response: Response, signal: AbortSignal): Promise<void> {
  await pipeline(Readable.from(text), response, { signal }).catch((error) => {
    if (!signal.aborted) throw error;
    response.end();
  });
}

async function sendFile(path: string, response: Response, type: string, missing: ProblemCode): Promise<void> {
  await using file = await openRegular(path);
  if (!file) throw new DomainError(missing, 'reading the plan: this run has none');
  response.type(type).set('content-length', String((await file.stat()).size));
  await pipeline(file.createReadStream({ autoClose: false }), response);
}
