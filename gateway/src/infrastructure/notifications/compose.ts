import { createHmac, randomBytes } from 'node:crypto';
import {
  isFinished,
  type JobNotification,
  type JobType,
  type JobView,
  jobViewSchema,
  type RecordStatus,
} from '@deployment-engine/contracts';
import type { Context } from '../../context.ts';
import { redactAnswer } from '../../http/redact-answer.ts';
import { logTail } from '../../jobs/logs.ts';
import { presentJob } from '../../jobs/present.ts';
import { findJob } from '../../jobs/store.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import { knownDeployment, presentDeployment } from '../deployments/present.ts';
import type { DeploymentRow } from '../deployments/store.ts';
import { mail, mailOf } from './channels/mail.ts';
import { type Message, type News, postJson, type WebMessage } from './channels/message.ts';
import { pagerdutyEvent, pagerdutyMessage } from './channels/pagerduty.ts';
import { escapeSlack, slackMessage, slackText } from './channels/slack.ts';
import { inOneLine } from './channels/words.ts';
import type { DeliveryRow, TargetContent, TargetRow } from './store.ts';

/** Returns what a target is told, without secrets; `undefined` if the job is gone. */
export async function messageOf(
  context: Context,
  target: TargetRow,
  content: TargetContent,
  delivery: DeliveryRow,
): Promise<Message | undefined> {
  const job = await findJob(context.database.query, delivery.job_id);
  if (!job) return undefined;
  const owner = { projectId: job.project_id, jobId: job.id };
  const view = await redactAnswer(jobViewSchema, presentJob(job), owner, context.redactorOf);
  const deployment = await knownDeployment(context.database.query, job.project_id);
  if (target.kind === 'main_api')
    return deployment && mainApiMessage(context, content, delivery, { job, view, deployment });
  const detail =
    delivery.detail === null
      ? (view.error ?? undefined)
      : String((await context.redactorOf(owner)).redactJson(delivery.detail));
  return channelMessage(context, target, content, {
    id: `message-${delivery.id}`,
    targetId: target.id,
    event: delivery.event,
    at: delivery.created_at,
    job: { ...view, type: job.type },
    deploymentId: deployment?.id,
    detail,
  });
}

function channelMessage(
  { config }: Context,
  { kind }: TargetRow,
  content: TargetContent,
  news: News,
): Message {
  switch (kind) {
    case 'slack':
      return slackMessage(content, config.slackApiUrl, slackText(news));
    case 'pagerduty':
      return pagerdutyMessage(config.pagerdutyEventsUrl, content.secret, news);
    case 'email':
      return mailOf(content.to ?? [], config.mail?.from ?? '', news);
    default:
      return webhook(content, news.id, {
        type: news.event,
        timestamp: news.at.toISOString(),
        data: {
          ...news.job,
          ...(news.event.startsWith('job.') ? {} : { detail: news.detail ?? null }),
          ...(news.deploymentId === undefined ? {} : { deploymentId: news.deploymentId }),
        },
      });
  }
}

/** Returns a test for a target. One for PagerDuty has the lowest severity. */
export function testMessage({ config }: Context, target: TargetRow, content: TargetContent): Message {
  const id = `test-${randomBytes(8).toString('hex')}`;
  const now = new Date();
  const text = `A test of the notification ${target.name}`;
  switch (target.kind) {
    case 'main_api':
      return mainApi(content, id, 'test', { status: 'test' });
    case 'slack':
      return slackMessage(content, config.slackApiUrl, escapeSlack(inOneLine(text)));
    case 'pagerduty':
      return pagerdutyEvent(config.pagerdutyEventsUrl, content.secret, {
        ...{ action: 'trigger', dedupKey: `${target.id}:test`, summary: text, source: 'deployment-engine' },
        ...{ severity: 'info', details: { message_id: id } },
      });
    case 'email':
      return mail(content.to ?? [], config.mail?.from ?? '', id, { subject: text, text: [text] });
    default: {
      const data = { message: text };
      return webhook(content, id, { type: 'test', timestamp: now.toISOString(), data });
    }
  }
}

async function mainApiMessage(
  context: Context,
  content: TargetContent,
  delivery: DeliveryRow,
  about: { job: JobRow; view: JobView; deployment: DeploymentRow },
): Promise<Message> {
  const { job, view, deployment } = about;
  const record = await presentDeployment(context, { ...deployment, job_id: job.id });
  return mainApi(content, `message-${delivery.id}`, deployment.id, {
    status: delivery.deployment_status ?? statusOf(job.type, delivery.event as JobNotification),
    job_id: job.id,
    outputs: record.outputs,
    resources: record.resources,
    logs: view.result?.logs ?? (await logsOf(context, job)),
    error_message: view.error ?? null,
    error_details: record.error_details,
    completed_at: view.endTime,
  });
}

/** Returns the end of a job's log; only a job that completed has it in its result. */
async function logsOf(
  { database, redactorOf }: Context,
  { id: jobId, project_id: projectId, status }: JobRow,
) {
  if (!isFinished(status)) return null;
  const redactor = await redactorOf({ projectId, jobId });
  return redactor.redactText(await logTail(database.query, jobId));
}

/** Returns the status for a message that a gateway of an earlier version has stored. */
function statusOf(type: JobType, event: JobNotification): RecordStatus {
  return type === 'destroy' && event === 'job.succeeded' ? 'deleted' : statusWords[event];
}

const statusWords: Readonly<Record<JobNotification, RecordStatus>> = {
  'job.started': 'running',
  'job.awaiting_approval': 'pending',
  'job.succeeded': 'completed',
  'job.failed': 'failed',
  'job.cancelled': 'cancelled',
};

/** Returns the message about a deployment to the main API. */
function mainApi({ url, secret }: TargetContent, id: string, deploymentId: string, body: object): WebMessage {
  const address = `${url.replace(/\/+$/, '')}/api/deployments/engine/${deploymentId}/status`;
  const token: Record<string, string> = secret === '' ? {} : { authorization: `Bearer ${secret}` };
  return { ...postJson(address, body, { 'idempotency-key': id, ...token }), method: 'PUT' };
}

/** Signs a message; its header has the time of this attempt, its payload that of the event. Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
function webhook({ url, secret }: TargetContent, id: string, payload: object): WebMessage {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const message = postJson(url, payload);
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${message.body}`).digest('base64');
  const signed = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  return { ...message, headers: { ...message.headers, ...signed } };
}
