import type { JobType } from '@deployment-engine/contracts';
import { type News, postJson, type WebMessage } from './message.ts';
import { headline, inOneLine } from './words.ts';

const maxSummary = 1024;
const changes: readonly JobType[] = ['deploy', 'destroy', 'rollback'];

/**
 * Returns an event for PagerDuty: a failure triggers an incident, the next success of the same kind of job resolves it. Deploys,
 * rollbacks and destroys are one kind: each may repair what another one has broken.
 * Source: https://developer.pagerduty.com/docs/send-alert-event
 */
export function pagerdutyMessage(eventsUrl: string, routingKey: string, news: News): WebMessage {
  const { event, job } = news;
  const kind = changes.includes(job.type) ? 'change' : job.type;
  const cause = event.startsWith('job.') ? kind : event;
  return pagerdutyEvent(eventsUrl, routingKey, {
    action: event === 'job.succeeded' ? 'resolve' : 'trigger',
    dedupKey: `${news.targetId}:${job.projectId}:${cause}`,
    summary: headline(news),
    source: job.projectId,
    severity: event === 'job.failed' || event === 'orphans.left' ? 'error' : 'warning',
    details: {
      job_id: job.jobId,
      deployment_id: news.deploymentId ?? null,
      detail: news.detail ?? null,
      message_id: news.id,
    },
  });
}

export function pagerdutyEvent(
  eventsUrl: string,
  routingKey: string,
  event: {
    action: 'trigger' | 'resolve';
    dedupKey: string;
    summary: string;
    source: string;
    severity: 'error' | 'warning' | 'info';
    details: object;
  },
): WebMessage {
  return postJson(eventsUrl, {
    routing_key: routingKey,
    event_action: event.action,
    dedup_key: event.dedupKey,
    client: 'Deployment Engine',
    payload: {
      summary: inOneLine(event.summary).slice(0, maxSummary),
      source: event.source,
      severity: event.severity,
      custom_details: event.details,
    },
  });
}
