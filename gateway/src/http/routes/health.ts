import type { Endpoint } from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../../context.ts';
import { databaseProblem } from '../../server/database/problem.ts';
import { admit } from '../admit.ts';

/** Access rules of the metrics, which cover all projects. */
const metricsEndpoint: Endpoint = {
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  tag: 'Health',
  summary: 'Figures for Prometheus',
  role: 'viewer',
  status: 200,
  answer: 'text/plain',
  problems: [],
};

type Runner = ReturnType<Context['runners']['runners']>[number];

/** `/healthz`: the process runs. `/readyz`: it reaches database and runner. `/metrics`: figures for Prometheus. */
export function healthRoutes(router: Router, context: Context): void {
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', async (_request, response) => {
    const [database, runner] = await Promise.all([databaseProblem(context.database), runnerProblem(context)]);
    const ready = !database && !runner;
    response.status(ready ? 200 : 503).json({
      status: ready ? 'ready' : 'not_ready',
      checks: { database: database ?? 'ok', runner: runner ?? 'ok' },
    });
  });
  router.get('/metrics', admit(metricsEndpoint), async (_request, response) => {
    resetRunners(context.metrics);
    for (const runner of context.runners.runners()) noteRunner(context.metrics, runner);
    await noteQueue(context);
    response.type(context.metrics.registry.contentType).send(await context.metrics.registry.metrics());
  });
}

/** Without a database the other figures are still of use, and those of the queue stay as they were. */
async function noteQueue({ database, metrics, logger }: Context): Promise<void> {
  try {
    const { count, oldest } = await database.query
      .selectFrom('jobs')
      .select(({ fn }) => [fn.countAll().as('count'), fn.min('created_at').as('oldest')])
      .where('status', '=', 'pending')
      .executeTakeFirstOrThrow();
    metrics.jobsQueued.set(Number(count));
    metrics.oldestQueuedSeconds.set(oldest ? Math.max(0, (Date.now() - oldest.getTime()) / 1000) : 0);
  } catch (error) {
    logger.warn('counting the jobs in the queue', { error });
  }
}

async function runnerProblem(context: Context): Promise<string | undefined> {
  await context.runners.refresh();
  const runners = context.runners.runners();
  if (runners.length === 0) return 'no runner has registered';
  return runners.some((runner) => !runner.problem)
    ? undefined
    : runners.map((runner) => runner.problem).join('; ');
}

/** Runners that are gone are no longer reported. */
function resetRunners(metrics: Context['metrics']): void {
  for (const gauge of ['runnerUp', 'warmProvidersReady', 'warmProvidersBytes', 'warmProviderJobs'] as const)
    metrics[gauge].reset();
}

function noteRunner(metrics: Context['metrics'], { client, problem, capacity }: Runner): void {
  const runner = client.url;
  metrics.runnerUp.set({ runner }, problem ? 0 : 1);
  const warm = capacity?.warmProviders;
  if (!warm) return;
  metrics.warmProvidersReady.set({ runner }, warm.ready);
  metrics.warmProvidersBytes.set({ runner }, warm.memoryBytes);
  metrics.warmProviderJobs.set({ runner, taken: 'true' }, warm.hits);
  metrics.warmProviderJobs.set({ runner, taken: 'false' }, warm.misses);
}
