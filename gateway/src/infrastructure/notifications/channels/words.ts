import type { JobType, NotificationEvent } from '@deployment-engine/contracts';
import type { News } from './message.ts';

const maxDetail = 1000;

const nouns: Readonly<Record<JobType, string>> = {
  deploy: 'deploy',
  plan: 'plan',
  destroy: 'destroy',
  drift: 'drift check',
  rollback: 'rollback',
};

const sentences: Readonly<Record<NotificationEvent, (job: string, project: string) => string>> = {
  'job.started': (job, project) => `The ${job} of ${project} has started.`,
  'job.awaiting_approval': (job, project) => `The ${job} of ${project} waits for approval.`,
  'job.succeeded': (job, project) => `The ${job} of ${project} has succeeded.`,
  'job.failed': (job, project) => `The ${job} of ${project} has failed.`,
  'job.cancelled': (job, project) => `The ${job} of ${project} was cancelled.`,
  'drift.found': (_job, project) => `${project} has drifted.`,
  'budget.exceeded': (job, project) => `The ${job} of ${project} exceeds its budget.`,
  'orphans.left': (job, project) => `The ${job} of ${project} may have left objects behind.`,
  'policy.denied': (job, project) => `The policy refuses the ${job} of ${project}.`,
  'deployment.deleted': (_job, project) => `The deployment of ${project} is deleted.`,
};

/** Returns the news as one sentence. */
export function headline({ event, job }: News): string {
  return sentences[event](nouns[job.type], job.projectId);
}

/** Returns the news as short lines of text. */
export function lines(news: News): string[] {
  const { detail, job, deploymentId, id } = news;
  return [
    headline(news),
    ...(detail === undefined ? [] : [truncated(detail)]),
    `Job: ${job.jobId}`,
    ...(deploymentId === undefined ? [] : [`Deployment: ${deploymentId}`]),
    `Message: ${id}`,
  ];
}

/** Returns a text in one line, without control characters and marks that turn the direction of a text. */
export function inOneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}

function truncated(detail: string): string {
  const line = inOneLine(detail);
  return line.length > maxDetail ? `${line.slice(0, maxDetail)}…` : line;
}
