import type { JobStatus, JobType } from '@deployment-engine/contracts';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** Prometheus metrics of one gateway. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    requests: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Duration of HTTP requests',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
      registers: [registry],
    }),
    jobsFinished: new Counter<'type' | 'status'>({
      name: 'jobs_finished_total',
      help: 'Jobs that have ended, by type and final status',
      labelNames: ['type', 'status'],
      registers: [registry],
    }),
    jobDuration: new Histogram<'type'>({
      name: 'job_duration_seconds',
      help: 'Seconds from the start of a job to its end',
      labelNames: ['type'],
      buckets: [1, 5, 10, 30, 60, 300, 900, 3600],
      registers: [registry],
    }),
    jobsInProgress: new Gauge({
      name: 'jobs_in_progress',
      help: 'Jobs that this gateway is working on',
      registers: [registry],
    }),
    sseListeners: new Gauge({ name: 'sse_listeners', help: 'Open event streams', registers: [registry] }),
    runnerUp: new Gauge<'runner'>({
      name: 'runner_up',
      help: '1 while the runner answers',
      labelNames: ['runner'],
      registers: [registry],
    }),
    ...queueMetrics(registry),
    ...warmProviderMetrics(registry),
    ...stackLockMetrics(registry),
    finished(job: { type: JobType; status: JobStatus; started_at: Date | null; finished_at: Date | null }) {
      this.jobsFinished.inc({ type: job.type, status: job.status });
      if (job.started_at && job.finished_at)
        this.jobDuration.observe(
          { type: job.type },
          (job.finished_at.getTime() - job.started_at.getTime()) / 1000,
        );
    },
  };
}

/** The same on every gateway: they share one database. */
function queueMetrics(registry: Registry) {
  return {
    jobsQueued: new Gauge({
      name: 'jobs_queued',
      help: 'Jobs of all gateways that wait for a runner or behind another job of their project',
      registers: [registry],
    }),
    oldestQueuedSeconds: new Gauge({
      name: 'jobs_queue_oldest_seconds',
      help: 'Seconds since the oldest queued job was created, 0 without one',
      registers: [registry],
    }),
  };
}

function warmProviderMetrics(registry: Registry) {
  return {
    warmProvidersReady: new Gauge<'runner'>({
      name: 'warm_providers_ready',
      help: 'Providers that the runner keeps started for jobs to come',
      labelNames: ['runner'],
      registers: [registry],
    }),
    warmProvidersBytes: new Gauge<'runner'>({
      name: 'warm_providers_bytes',
      help: 'Resident memory of the providers that are kept started',
      labelNames: ['runner'],
      registers: [registry],
    }),
    warmProviderJobs: new Gauge<'runner' | 'taken'>({
      name: 'warm_provider_jobs',
      help: "Jobs since the runner's start that took over a started provider (taken=true) or found none",
      labelNames: ['runner', 'taken'],
      registers: [registry],
    }),
  };
}

const lockBuckets = [1, 10, 60, 300, 900, 3600, 14_400];

/** Scopes of stacks that pipelines hold; `scope` is `stack`, `service` or `component`. */
function stackLockMetrics(registry: Registry) {
  const registers = [registry];
  const labelNames = ['scope'] as const;
  return {
    stackLocksAcquired: new Counter({
      name: 'stack_locks_acquired_total',
      help: 'Scopes of stacks that pipelines have taken',
      labelNames,
      registers,
    }),
    stackLocksRefused: new Counter({
      name: 'stack_locks_refused_total',
      help: 'Requests that were refused because another pipeline holds a part of the scope',
      registers,
    }),
    stackLockWait: new Histogram({
      name: 'stack_lock_wait_seconds',
      help: 'Seconds from the request of a pipeline until it has its scope',
      labelNames,
      buckets: lockBuckets,
      registers,
    }),
    stackLockHeld: new Histogram({
      name: 'stack_lock_held_seconds',
      help: 'Seconds for which a pipeline has held its scope',
      labelNames,
      buckets: lockBuckets,
      registers,
    }),
  };
}
